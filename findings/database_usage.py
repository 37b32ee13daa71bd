"""What an RDS database was seen to do: processor, memory, connections, network and disks, each in its busiest minute.

Pure. RDS reports all of it for every database, so that nothing has to be installed to know how much memory is in use.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from connections.resources import Metric
from findings.aws_types import facts
from findings.database_clusters import about_to_take_over
from findings.database_storage import DISKS, OPERATIONS
from findings.rightsizing import Demand, smaller_of_family
from findings.rule import Fine, Share, Unknown, unmeasured

if TYPE_CHECKING:
    from audits.evidence import Usage
    from connections.resources import Database
    from findings.aws_types import TypeFacts
    from findings.rightsizing import Candidate

PEAK_CPU = Metric(name="CPUUtilization", statistic="Maximum", unit="%")
P95_CPU = Metric(name="CPUUtilization", statistic="p95", unit="%")
FREE_MEMORY = Metric(name="FreeableMemory", statistic="Minimum", unit="bytes")
CONNECTIONS = Metric(name="DatabaseConnections", statistic="Maximum", unit="connections")
NETWORK = tuple(
    Metric(name=name, statistic="Maximum", unit="bytes/s")
    for name in ("NetworkReceiveThroughput", "NetworkTransmitThroughput")
)
SIZING = (PEAK_CPU, P95_CPU, FREE_MEMORY, CONNECTIONS, *NETWORK, *DISKS, *OPERATIONS)
MOST_OPERATIONS = 3_000  # a second: what a class sustains is not in the table of types, and more than this is not sure
# Engines without a licence, whose price goes with the size of the class: twice the processors at twice the price.
OPEN_ENGINES = frozenset({"mysql", "mariadb", "postgres"})
# For so much of a class's memory it takes one connection, if RDS' own parameters were left as they are.
CONNECTION_MIB = {"mysql": 12, "mariadb": 24, "postgres": 10}
MIB = 1024 * 1024
BITS = 8


def smaller_classes(instance_class: str) -> tuple[str, ...]:
    """The smaller sizes of a class's family that RDS has, as EC2 calls them, the largest first."""
    found = smaller_of_family(instance_class.removeprefix("db."))
    return tuple(name for name in found if name.endswith("large"))  # RDS has no medium in these families


def left_at_its_size(database: Database) -> Fine | Unknown | None:
    """What to say of a database whose class is not looked at; None where its usage is to be."""
    kind = database.instance_class
    if database.state != "available" or kind == "db.serverless":
        return Fine()
    if joined := part_of_more(database):
        return joined
    if database.engine not in OPEN_ENGINES:
        return Fine(f"Under the licence of {database.engine} some classes may not be had, and prices differ.")
    now = facts(kind)
    if now is None:
        return Unknown(f"what a database of class {kind!r} has: the table of types does not tell")
    return Fine("A burstable class: its credits tell more than its peaks.") if now.is_burstable else None


def part_of_more(database: Database) -> Fine | None:
    """What to say of a database that is not alone; None of one that is."""
    if database.cluster_id or database.replica_of or database.replica_ids:
        return Fine("Part of a cluster or of a replication, where a member is as large as the one it stands in for.")
    return about_to_take_over(database.name)


def left_to_others(database: Database) -> Fine | None:
    """What the rule on little CPU says of a database that is not alone, or of whose size more is asked elsewhere."""
    is_sized = left_at_its_size(database) is None and smaller_classes(database.instance_class)
    sized = Fine("The rule on its size looks at it, with its memory and all else that it does.") if is_sized else None
    return part_of_more(database) or sized


def demand_of(
    database: Database, now: TypeFacts, usage: Usage, *, days: int, most_cpu: float
) -> Demand | Fine | Unknown:
    """What a database of a class with `now` did at most on the last `days` complete days; Fine where it did plenty."""
    if any(value is not None and value > most_cpu for value in usage.days(PEAK_CPU, days=days)):
        return Fine()
    free = usage.complete_days(FREE_MEMORY, days=days)
    series = (PEAK_CPU, P95_CPU, CONNECTIONS, *NETWORK, *DISKS, *OPERATIONS)
    peaks = [usage.highest(one, days=days) for one in series]
    known = [value for value in peaks if value is not None]
    if free is None or len(known) < len(peaks):
        return unmeasured(
            database,
            since=database.created_at,
            days=days,
            what="CPU, memory, connections, network, disks and operations",
        )
    cpu, p95, connections, received, sent, read, written, *operations = known
    if sum(operations) > MOST_OPERATIONS:
        return Fine("Of disk operations it has more a second than a smaller class is sure to sustain.")
    if connections <= 0:
        return Fine("Nobody connects: its size is not the question.")
    if max(free) > now.memory_mib * MIB:
        return Unknown(
            "what it does in its class: on some days more memory was free than it has, so it was larger then"
        )
    return Demand(
        p95_cpu=p95,
        peak_cpu=cpu,
        memory_mib=max(now.memory_mib - min(free) / MIB, connections * CONNECTION_MIB[database.engine]),
        network_gbps=(received + sent) * BITS / 1e9,
        ebs_mbps=(read + written) * BITS / 1e6,
    )


def saved_by(database: Database, candidate: Candidate) -> Share:
    """What the smaller class saves of what its hours cost: prices of sizes of one family go with those of EC2."""
    kind = database.instance_class
    return Share(
        fraction=1 - candidate.price_share,
        part_of=(f"InstanceUsage:{kind}", f"Multi-AZUsage:{kind}"),
        is_by_list=True,
    )


def told(database: Database, now: TypeFacts, candidate: Candidate, demand: Demand, *, days: int) -> str:
    """Why a smaller class would do, as sentences with numbers."""
    then, memory = candidate.facts, (demand.memory_mib or 0) / 1024
    return (
        f"{database.instance_class} ({database.engine}; {now.vcpus} vCPU, {now.memory_mib / 1024:g} GiB): over the "
        f"last {days} days 95 % of a day's CPU samples were at {demand.p95_cpu:.1f} % or below, none above "
        f"{demand.peak_cpu:.1f} %, and memory for use and connections never came to more than {memory:.1f} GiB. "
        f"db.{candidate.name} ({then.vcpus} vCPU, {then.memory_mib / 1024:g} GiB) carries that."
    )

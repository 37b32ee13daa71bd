"""What a node of a cache was seen to do: processor, memory and network, each in its busiest minute. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connections.resources import Metric
from findings.aws_types import facts
from findings.rightsizing import Demand, cheapest, smaller_of_family
from findings.rule import Fine, Share, Unknown, counted, unmeasured

if TYPE_CHECKING:
    from audits.evidence import Usage
    from connections.resources.caches import CacheCluster
    from findings.aws_types import TypeFacts
    from findings.rightsizing import Candidate, Headroom

# Of all processors of the node, and of the one on which commands run: that a smaller node has as well.
PEAK_CPU = Metric(name="CPUUtilization", statistic="Maximum", unit="%")
P95_CPU = Metric(name="CPUUtilization", statistic="p95", unit="%")
PEAK_ENGINE = Metric(name="EngineCPUUtilization", statistic="Maximum", unit="%")
P95_ENGINE = Metric(name="EngineCPUUtilization", statistic="p95", unit="%")
MEMORY = Metric(name="BytesUsedForCache", statistic="Maximum", unit="bytes")
MEMORY_SHARE = Metric(name="DatabaseMemoryUsagePercentage", statistic="Maximum", unit="%")
NETWORK = tuple(
    Metric(name=name, statistic="Maximum", unit="bytes/min") for name in ("NetworkBytesIn", "NetworkBytesOut")
)
LOOKED_UP = tuple(Metric(name=name, statistic="Sum", unit="commands") for name in ("CacheHits", "CacheMisses"))
SIZING = (PEAK_CPU, P95_CPU, PEAK_ENGINE, P95_ENGINE, MEMORY, MEMORY_SHARE, *NETWORK, *LOOKED_UP)
MINUTE, BITS, MIB = 60, 8, 1024 * 1024
# A node gives data 79 to 83 % of the memory of EC2's type, and by its own parameters reserves a quarter of that.
FOR_DATA = 0.59
OWN_MEMORY = (0.45, 1.0)  # what of its type's memory a node's limit may come to; that of the next size is half or twice
FULL_CPU, FEW_VCPUS = 90, 4  # below so many processors AWS would have CPU at 90 % of one of them at most


def smaller_nodes(node_type: str) -> tuple[str, ...]:
    """The smaller sizes of a node's family that ElastiCache has, as EC2 calls them, the largest first."""
    found = smaller_of_family(node_type.removeprefix("cache."))
    return tuple(name for name in found if name.endswith("large"))  # ElastiCache has no medium in these families


def fitting(
    among: tuple[str, ...], *, instance_type: str, now: TypeFacts, demand: Demand, room: Headroom
) -> Candidate | None:
    """The cheapest of these nodes that carries the demand; one of few processors only where all that the node does at
    most is below 90 % of one of them.
    """
    least = 0 if demand.peak_cpu * now.vcpus <= FULL_CPU else FEW_VCPUS
    enough = tuple(name for name in among if (then := facts(name)) is not None and then.vcpus >= least)
    return cheapest(enough, instance_type=instance_type, demand=demand, headroom=room)


def was_other(now: TypeFacts, usage: Usage, *, days: int) -> bool:
    """Whether on one of these days its memory was that of another type, as what was used and its percentage tell."""
    least, most = (share * now.memory_mib * MIB for share in OWN_MEMORY)
    pairs = zip(usage.days(MEMORY, days=days), usage.days(MEMORY_SHARE, days=days), strict=True)
    return any(not share or not least <= (used or 0.0) * 100 / share <= most for used, share in pairs)


def left_at_its_size(cache: CacheCluster) -> Fine | Unknown | None:
    """What to say of a cache whose size is not looked at; None where its usage is to be."""
    if cache.state != "available" or cache.engine == "memcached":
        return Fine()
    if cache.group_id and (cache.group_member_count is None or cache.is_in_global_datastore is None):
        return Unknown("how many caches its group has, which are all of one size")
    if (cache.group_member_count or 1) > 1 or cache.is_in_global_datastore:
        return Fine("One of several of one size, of which another may be the busier.")
    now = facts(cache.node_type.removeprefix("cache."))
    if now is None:
        return Unknown(f"what a node of type {cache.node_type!r} has: the table of types does not tell")
    return Fine("A burstable type: its credits tell more than its peaks.") if now.is_burstable else None


def demand_of(
    cache: CacheCluster, now: TypeFacts, usage: Usage, *, days: int, most_cpu: float, most_p95: float
) -> Demand | Fine | Unknown:
    """What a node with `now` did at most on the last `days` complete days; Fine where it did plenty, or nothing."""
    limits = ((PEAK_CPU, most_cpu), (PEAK_ENGINE, most_cpu), (P95_ENGINE, most_p95))
    if any((value or 0.0) > most for metric, most in limits for value in usage.days(metric, days=days)):
        return Fine()
    peaks = [usage.highest(one, days=days) for one in SIZING]
    known = [value for value in peaks if value is not None]
    if len(known) < len(peaks):
        return unmeasured(cache, since=cache.created_at, days=days, what="CPU, memory, network and look-ups")
    cpu, p95, _, _, memory, _, received, sent, *looked_up = known
    if not any(looked_up):
        return Fine("Nobody looks anything up: its size is not the question.")
    if was_other(now, usage, days=days):
        return Unknown("what it does in its node type: on some days its memory was not that of it")
    return Demand(
        p95_cpu=p95,
        peak_cpu=cpu,
        memory_mib=memory / MIB / FOR_DATA,
        network_gbps=(received + sent) * BITS / MINUTE / 1e9,
        ebs_mbps=0,
    )


def saved_by(cache: CacheCluster, candidate: Candidate) -> Share:
    """What the smaller node saves of what its hours cost: prices of sizes of one family go with those of EC2."""
    meters = (f"NodeUsage:{cache.node_type}",)
    return Share(fraction=1 - candidate.price_share, part_of=meters, is_by_list=True)


def told(cache: CacheCluster, demand: Demand, candidate: Candidate, days: int) -> str:
    """Why a smaller node would do, as sentences with numbers."""
    data_gib = (demand.memory_mib or 0) * FOR_DATA / 1024
    return (
        f"{cache.node_type} ({cache.engine}): over the last {counted(days, 'day')} 95 % of a day's CPU samples were at "
        f"{demand.p95_cpu:.1f} % or below, none above {demand.peak_cpu:.1f} %, and its data came to at most "
        f"{data_gib:.1f} GiB. cache.{candidate.name} carries that."
    )

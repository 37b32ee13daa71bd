"""What a node of a cache was seen to do: processor, memory and network, each in its busiest minute. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connections.resources import Metric
from findings.aws_types import facts
from findings.rightsizing import Demand, smaller_of_family
from findings.rule import Fine, Share, Unknown, unmeasured

if TYPE_CHECKING:
    from audits.evidence import Usage
    from connections.resources.caches import CacheCluster
    from findings.aws_types import TypeFacts
    from findings.rightsizing import Candidate

PEAK_CPU = Metric(name="CPUUtilization", statistic="Maximum", unit="%")
P95_CPU = Metric(name="CPUUtilization", statistic="p95", unit="%")
MEMORY = Metric(name="DatabaseMemoryUsagePercentage", statistic="Maximum", unit="%")
NETWORK = tuple(
    Metric(name=name, statistic="Maximum", unit="bytes/min") for name in ("NetworkBytesIn", "NetworkBytesOut")
)
LOOKED_UP = tuple(Metric(name=name, statistic="Sum", unit="commands") for name in ("CacheHits", "CacheMisses"))
SIZING = (PEAK_CPU, P95_CPU, MEMORY, *NETWORK, *LOOKED_UP)
MINUTE, BITS = 60, 8


def smaller_nodes(node_type: str) -> tuple[str, ...]:
    """The smaller sizes of a node's family that ElastiCache has, as EC2 calls them, the largest first."""
    found = smaller_of_family(node_type.removeprefix("cache."))
    return tuple(name for name in found if name.endswith("large"))  # ElastiCache has no medium in these families


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
    cache: CacheCluster, now: TypeFacts, usage: Usage, *, days: int, most_cpu: float
) -> Demand | Fine | Unknown:
    """What a node with `now` did at most on the last `days` complete days; Fine where it did plenty, or nothing."""
    if any(value is not None and value > most_cpu for value in usage.days(PEAK_CPU, days=days)):
        return Fine()
    peaks = [usage.highest(one, days=days) for one in SIZING]
    known = [value for value in peaks if value is not None]
    if len(known) < len(peaks):
        return unmeasured(cache, since=cache.created_at, days=days, what="CPU, memory, network and look-ups")
    cpu, p95, memory, received, sent, *looked_up = known
    if not any(looked_up):
        return Fine("Nobody looks anything up: its size is not the question.")
    return Demand(
        p95_cpu=p95,
        peak_cpu=cpu,
        memory_mib=memory * now.memory_mib / 100,
        network_gbps=(received + sent) * BITS / MINUTE / 1e9,
        ebs_mbps=0,
    )


def saved_by(cache: CacheCluster, candidate: Candidate) -> Share:
    """What the smaller node saves of what its hours cost: prices of sizes of one family go with those of EC2."""
    meters = (f"NodeUsage:{cache.node_type}",)
    return Share(fraction=1 - candidate.price_share, part_of=meters, is_by_list=True)

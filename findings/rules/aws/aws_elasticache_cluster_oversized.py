"""A cache that a smaller node of its family would carry pays for processors and memory that it does not use."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from connections.resources.caches import CacheCluster
from findings.aws_types import facts
from findings.cache_usage import (
    PEAK_CPU,
    SIZING,
    demand_of,
    fitting,
    left_at_its_size,
    saved_by,
    smaller_nodes,
    told,
)
from findings.rightsizing import Demand, Headroom
from findings.rule import BillExpects, Fine, Limit, Rule, Verdict, Waste

if TYPE_CHECKING:
    from audits.evidence import Usage


def judge(
    cache: CacheCluster, *, usage: Usage, idle_days: int, p95_cpu: float, peak_cpu: float, memory_percent: float
) -> Verdict:
    kind = cache.node_type.removeprefix("cache.")
    left, now, smaller = left_at_its_size(cache), facts(kind), smaller_nodes(kind)
    if left or now is None or not smaller:
        return left or Fine("There is no smaller node of its family.")
    demand = demand_of(cache, now, usage, days=idle_days, most_cpu=peak_cpu, most_p95=p95_cpu)
    if not isinstance(demand, Demand):
        return demand
    room = Headroom(p95_cpu=p95_cpu, peak_cpu=peak_cpu, memory=memory_percent)
    found = fitting(smaller, instance_type=kind, now=now, demand=demand, room=room)
    return (
        Fine() if found is None else Waste(saves=saved_by(cache, found), because=told(cache, demand, found, idle_days))
    )


rule = Rule(
    id="aws_elasticache_cluster_oversized", title="ElastiCache node larger than what it does", looks_at=CacheCluster,
    settings={"idle_days": 30, "p95_cpu": 60, "peak_cpu": 90, "memory_percent": 80},
    action="Change the node type to the smaller one that the finding names.",
    docs="https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/Scaling.html",
    judge=judge, metrics=SIZING, window_days=30, action_type="Rightsize", stage="SHRINK",
    limits=(Limit(title="CPU, highest of the day", metrics=(PEAK_CPU,), setting="peak_cpu", unit="%"),),
    implementation_effort="Medium", rollback_possible=True,
    rollback="Change the node type back.",
    hint="aws elasticache list-allowed-node-type-modifications --region {region} --cache-cluster-id {name}",
    bill=BillExpects(prices=("NodeUsage",), at_least=Decimal(23), says="so it did not run all day"),
)  # fmt: skip

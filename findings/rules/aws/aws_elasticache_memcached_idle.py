"""A Memcached cache that nobody has read from or written to for two weeks still costs each hour of its nodes."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from connections.resources import Metric
from connections.resources.caches import CacheCluster
from findings.rule import ALL, BillExpects, Fine, Rule, Verdict, Waste, counted, unmeasured

if TYPE_CHECKING:
    from audits.evidence import Usage

# Its connections are not looked at: Memcached keeps as many of its own as it has threads, twice over.
READ = Metric(name="CmdGet", statistic="Sum", unit="commands")
WRITTEN = Metric(name="CmdSet", statistic="Sum", unit="commands")


def judge(cache: CacheCluster, *, usage: Usage, idle_days: int) -> Verdict:
    if cache.state != "available" or cache.engine != "memcached":
        return Fine()
    days = (*usage.days(READ, days=idle_days), *usage.days(WRITTEN, days=idle_days))
    if any((value or 0) > 0 for value in days):
        return Fine()
    if None in days:
        return unmeasured(cache, since=cache.created_at, days=idle_days, what="commands")
    return Waste(
        saves=ALL,
        because=f"{counted(cache.node_count, 'node')} {cache.node_type} (memcached) without a single get or set "
        f"on any of the last {counted(idle_days, 'day')}.",
    )


rule = Rule(
    id="aws_elasticache_memcached_idle",
    title="Memcached cluster that nobody uses",
    looks_at=CacheCluster,
    settings={"idle_days": 14},
    action="Ask its owner, then delete the cache.",
    docs="https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/Clusters.Delete.html",
    judge=judge,
    metrics=(READ, WRITTEN),
    window_days=14,
    rollback="Make a cache again; it starts empty, and its endpoint is a new one.",
    hint="aws elasticache delete-cache-cluster --region {region} --cache-cluster-id {native_id}",
    bill=BillExpects(prices=("NodeUsage",), at_least=Decimal(23), says="so it did not run all day"),
)

"""A cache that nobody has read from or written to for two weeks still costs each hour of its nodes."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from connections.resources import Metric
from connections.resources.caches import CacheCluster
from findings.rule import ALL, BillExpects, Fine, Rule, Unknown, Verdict, Waste, counted, unmeasured

if TYPE_CHECKING:
    from audits.evidence import Usage

# ElastiCache keeps 4 to 6 connections open itself, so that only more than these are somebody's.
CONNECTIONS = Metric(name="CurrConnections", statistic="Maximum", unit="connections")
# Taken from the engine's counters, which stand at 0 too; those by kind of command name only commands that ran.
LOOKED_UP = tuple(Metric(name=name, statistic="Sum", unit="commands") for name in ("CacheHits", "CacheMisses"))
SENT = tuple(
    Metric(name=name, statistic="Sum", unit="commands", is_silent_at_zero=True)
    for name in ("GetTypeCmds", "SetTypeCmds", "PubSubBasedCmds", "EvalBasedCmds")
)


def judge(cache: CacheCluster, *, usage: Usage, idle_days: int, max_connections: int) -> Verdict:
    if cache.state != "available" or cache.engine not in {"redis", "valkey"}:
        return Fine()
    if cache.group_id and cache.group_member_count is None:
        return Unknown("which caches its replication group has")
    if cache.is_in_global_datastore or (cache.group_member_count or 1) > 1:
        return Fine("One of several that copy each other, of which some only stand by.")
    connections = usage.days(CONNECTIONS, days=idle_days)
    commands = [value for metric in (*LOOKED_UP, *SENT) for value in usage.days(metric, days=idle_days)]
    if any((value or 0) > 0 for value in commands) or any((value or 0) > max_connections for value in connections):
        return Fine()
    if None in (*connections, *commands):
        return unmeasured(cache, since=cache.created_at, days=idle_days, what="connections and commands")
    return Waste(
        saves=ALL,
        because=f"{counted(cache.node_count, 'node')} {cache.node_type} ({cache.engine}) without a command that reads "
        f"or writes and with no more than the {max_connections} connections that ElastiCache keeps, on any of the last "
        f"{counted(idle_days, 'day')}.",
    )


rule = Rule(
    id="aws_elasticache_cluster_idle", title="ElastiCache cluster that nobody uses", looks_at=CacheCluster,
    settings={"idle_days": 14, "max_connections": 6},
    action="Ask its owner, take a final snapshot, then delete the cache.",
    docs="https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/Clusters.Delete.html",
    judge=judge, metrics=(CONNECTIONS, *LOOKED_UP, *SENT), window_days=14, rollback_possible=True,
    rollback="Make a cache again from the final snapshot; its endpoint is a new one.",
    hint="aws elasticache describe-cache-clusters --region {region} --cache-cluster-id {native_id} "
    "--show-cache-node-info",
    bill=BillExpects(prices=("NodeUsage",), at_least=Decimal(23), says="so it did not run all day"),
)  # fmt: skip

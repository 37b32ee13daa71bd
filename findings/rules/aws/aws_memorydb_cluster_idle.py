"""A MemoryDB cluster that nobody has read from or written to for two weeks still costs each hour of its nodes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connections.resources import Metric
from connections.resources.caches import MemoryCluster
from findings.rule import ALL, Fine, Rule, Verdict, Waste, counted, unmeasured

if TYPE_CHECKING:
    from audits.evidence import Usage

# MemoryDB keeps a few connections open to each node itself, so that only more than these are somebody's.
CONNECTIONS = Metric(name="CurrConnections", statistic="Maximum", unit="connections")
LOOKED_UP = tuple(Metric(name=name, statistic="Sum", unit="commands") for name in ("KeyspaceHits", "KeyspaceMisses"))
SENT = tuple(
    Metric(name=name, statistic="Sum", unit="commands", is_silent_at_zero=True)  # it names commands that ran
    for name in ("GetTypeCmds", "SetTypeCmds", "PubSubBasedCmds", "EvalBasedCmds")
)


def judge(cluster: MemoryCluster, *, usage: Usage, idle_days: int, max_connections: int) -> Verdict:
    if cluster.state != "available":
        return Fine()
    if cluster.multi_region_name:
        return Fine(f"Part of {cluster.multi_region_name}, whose other regions may be the ones in use.")
    sums = [value for metric in (*LOOKED_UP, *SENT) for value in usage.days(metric, days=idle_days)]
    connections = usage.days(CONNECTIONS, days=idle_days)
    if any((value or 0) > 0 for value in sums) or any((value or 0) > max_connections for value in connections):
        return Fine()
    if None in (*connections, *sums):
        return unmeasured(cluster, since=cluster.created_at, days=idle_days, what="connections and commands")
    return Waste(
        saves=ALL,
        because=f"{counted(cluster.shard_count, 'shard')} of {cluster.node_type} ({cluster.engine}) without a command "
        f"that reads or writes, and with no more than {max_connections} connections to a node, "
        f"on any of the last {counted(idle_days, 'day')}.",
    )


rule = Rule(
    id="aws_memorydb_cluster_idle", title="MemoryDB cluster that nobody uses", looks_at=MemoryCluster,
    settings={"idle_days": 14, "max_connections": 6},
    action="Ask its owner, then delete the cluster with a final snapshot.",
    docs="https://docs.aws.amazon.com/memorydb/latest/devguide/clusters.delete.html",
    judge=judge, metrics=(CONNECTIONS, *LOOKED_UP, *SENT), window_days=14, rollback_possible=True,
    implementation_effort="Medium",
    rollback="Restore the final snapshot into a new cluster; its endpoint is a new one.",
    hint="aws memorydb delete-cluster --region {region} --cluster-name {native_id} "
    "--final-snapshot-name {native_id}-final",
)  # fmt: skip

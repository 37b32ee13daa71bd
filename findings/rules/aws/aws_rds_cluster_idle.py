"""A cluster of Aurora, or of three zones, to none of whose instances anybody has connected for two weeks."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from connections.resources.databases import DatabaseCluster
from findings.database_clusters import CONNECTIONS, OPERATIONS, had_no_instance, left_alone, of_cluster, unused
from findings.rule import ALL_OF_LATE, UNTOLD, BillExpects, Limit, Rule, Verdict, Waste, counted

if TYPE_CHECKING:
    from audits.evidence import Usage


def judge(cluster: DatabaseCluster, *, usage: Usage, idle_days: int, max_iops: float) -> Verdict:
    whole = of_cluster(cluster)
    if left := left_alone(whole):
        return left
    if had_no_instance(cluster, usage=usage, days=idle_days):
        return _waste(
            cluster,
            f"No instance ({cluster.engine}) and no data of one within the last {counted(idle_days, 'day')}: "
            "nobody can connect, and its storage is charged.",
        )
    found = unused(whole, thing=cluster, usage=usage, days=idle_days, max_iops=max_iops)
    if not isinstance(found, str):
        return found
    return _waste(cluster, f"{_named(cluster)}, to none of which anybody connected {found}")


def _waste(cluster: DatabaseCluster, because: str) -> Waste:
    if not cluster.clone_group:
        return Waste(saves=ALL_OF_LATE, because=because)
    shared = "It was cloned, or is a clone: storage that it shares is charged to the others when it goes."
    return Waste(saves=UNTOLD, because=f"{because} {shared}")


def _named(cluster: DatabaseCluster) -> str:
    classes = ", ".join(cluster.member_classes or ())
    return f"{counted(len(cluster.member_ids), 'instance')} ({cluster.engine}{classes and f'; {classes}'})"


rule = Rule(
    id="aws_rds_cluster_idle", title="Aurora or Multi-AZ cluster without connections", looks_at=DatabaseCluster,
    settings={"idle_days": 14, "max_iops": 20}, judge=judge,
    action="Ask the owner, take a final snapshot, then delete the cluster's instances and the cluster.",
    docs="https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/USER_DeleteCluster.html",
    metrics=(CONNECTIONS, *OPERATIONS), window_days=14, implementation_effort="Medium", rollback_possible=True,
    limits=(Limit(title="Reads and writes", metrics=OPERATIONS, setting="max_iops", unit="operations/s"),),
    rollback="Restore the final snapshot into a new cluster and give it instances; its endpoints are new ones.",
    hint="aws rds delete-db-cluster --region {region} --db-cluster-identifier {name} "
    "--final-db-snapshot-identifier {name}-final",
    bill=BillExpects(prices=("Aurora:", "RDS:"), at_least=Decimal(0), says="so it may be gone"),
)  # fmt: skip

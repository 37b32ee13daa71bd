"""A cluster of Aurora, or of three zones, to none of whose instances anybody has connected for two weeks."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from connections.resources import Metric
from connections.resources.databases import DatabaseCluster
from findings.database_clusters import left_alone, told
from findings.rule import ALL, BillExpects, Fine, Limit, Rule, Unknown, Verdict, Waste, counted, unmeasured

if TYPE_CHECKING:
    from audits.evidence import Usage

CONNECTIONS = Metric(name="DatabaseConnections", statistic="Maximum", unit="connections")
OPERATIONS = tuple(Metric(name=name, statistic="Average", unit="operations/s") for name in ("ReadIOPS", "WriteIOPS"))


def judge(cluster: DatabaseCluster, *, usage: Usage, idle_days: int, max_iops: float) -> Verdict:
    if left := left_alone(cluster):
        return left
    known = [value for value in usage.days(CONNECTIONS, days=idle_days) if value is not None]
    if any(value > 0 for value in known):
        return Fine()
    age_days = None if cluster.created_at is None else (cluster.observed_at - cluster.created_at).days
    never_had_one = not cluster.member_ids and not known and usage.was_read(CONNECTIONS, days=idle_days)
    if never_had_one and age_days is not None and age_days >= idle_days:
        # Without an instance there is nothing that could have data: silence is the answer, where somebody asked.
        return Waste(
            saves=ALL,
            because=f"No instance ({cluster.engine}) and no data of one within the last {counted(idle_days, 'day')}: "
            "nobody can connect, and its storage is charged.",
        )
    if len(known) < idle_days:
        return unmeasured(cluster, since=cluster.created_at, days=idle_days, what="connections to its instances")
    operations = [value for value in usage.total(*OPERATIONS, days=idle_days) if value is not None]
    if any(value > max_iops for value in operations):
        return Unknown("what reads and writes it without a connection that is counted")
    busiest = f", and at most {max(operations):,.1f} reads and writes a second on average" if operations else ""
    return Waste(
        saves=ALL,
        because=f"{told(cluster)}, to none of which anybody connected on any of the last "
        f"{counted(idle_days, 'day')}{busiest}.",
    )


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

"""An instance of a cluster of RDS to which nobody has connected for two weeks still costs each of its hours."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from connections.resources import Database
from findings.database_clusters import CONNECTIONS, OPERATIONS, left_alone, of_instance, unused
from findings.rule import ALL_OF_LATE, BillExpects, Fine, Limit, Rule, Unknown, Verdict, Waste, counted

if TYPE_CHECKING:
    from audits.evidence import Usage


def judge(database: Database, *, usage: Usage, idle_days: int, max_iops: float) -> Verdict:
    if not database.cluster_id:
        return Fine()
    whole = of_instance(database)
    if whole is None:
        return Unknown("how its cluster is, and whether it stands in for one in another region")
    if left := left_alone(whole):
        return left
    if database.state != "available":
        return Unknown(f"whether anybody uses it: its state is {database.state!r}")
    found = unused(whole, thing=database, usage=usage, days=idle_days, max_iops=max_iops)
    if not isinstance(found, str):
        return found
    return Waste(
        saves=ALL_OF_LATE,
        because=f"{database.instance_class} ({database.engine}), one of {counted(whole.size, 'instance')} of "
        f"{whole.name}, to none of which anybody connected {found}",
    )


rule = Rule(
    id="aws_rds_cluster_instance_idle", title="Instance of an Aurora or Multi-AZ cluster without connections",
    looks_at=Database, settings={"idle_days": 14, "max_iops": 20}, judge=judge,
    action="Ask the owner, take a final snapshot, then delete the cluster's instances and the cluster.",
    docs="https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/USER_DeleteCluster.html",
    metrics=(CONNECTIONS, *OPERATIONS), window_days=14, implementation_effort="Medium", rollback_possible=True,
    limits=(Limit(title="Reads and writes", metrics=OPERATIONS, setting="max_iops", unit="operations/s"),),
    rollback="Restore the final snapshot into a new cluster and give it instances; its endpoints are new ones.",
    hint="aws rds delete-db-instance --region {region} --db-instance-identifier {native_id}",
    bill=BillExpects(
        prices=("InstanceUsage", "Multi-AZClusterUsage", "Aurora:ServerlessV2"), at_least=Decimal(0),
        says="so it did not run",
    ),
)  # fmt: skip

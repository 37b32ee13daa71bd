"""An RDS database to which nobody has connected for two weeks."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from connections.resources import Database, Metric
from findings.database_clusters import about_to_take_over
from findings.rule import ALL, BillExpects, Fine, Limit, Rule, Unknown, Verdict, Waste, counted, unmeasured

if TYPE_CHECKING:
    from audits.evidence import Usage

CONNECTIONS = Metric(name="DatabaseConnections", statistic="Maximum", unit="connections")
OPERATIONS = tuple(Metric(name=name, statistic="Average", unit="operations/s") for name in ("ReadIOPS", "WriteIOPS"))


def judge(database: Database, *, usage: Usage, idle_days: int, max_iops: float) -> Verdict:
    if database.state != "available":
        return Fine()
    if left := _stands_by(database):
        return left
    known = [value for value in usage.days(CONNECTIONS, days=idle_days) if value is not None]
    if any(value > 0 for value in known):
        return Fine()
    if len(known) < idle_days:
        return unmeasured(database, since=database.created_at, days=idle_days, what="connections")
    operations = [value for value in usage.total(*OPERATIONS, days=idle_days) if value is not None]
    if any(value > max_iops for value in operations):
        return Unknown("what reads and writes it without a connection that is counted")
    busiest = f", and at most {max(operations):,.1f} reads and writes a second on average" if operations else ""
    return Waste(
        saves=ALL,
        because=f"{database.instance_class} ({database.engine}) without a single connection "
        f"on any of the last {counted(idle_days, 'day')}{busiest}.",
    )


def _stands_by(database: Database) -> Fine | None:
    if database.cluster_id or database.replica_of or database.replica_ids:
        return Fine("Part of a cluster or of a replication, where a member may stand by without a connection.")
    return about_to_take_over(database.name)


rule = Rule(
    id="aws_rds_database_idle", title="RDS database without connections", looks_at=Database,
    settings={"idle_days": 14, "max_iops": 20},
    action="Take a final snapshot, then delete the database.",
    docs="https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_DeleteInstance.html",
    judge=judge,
    metrics=(CONNECTIONS, *OPERATIONS),
    limits=(Limit(title="Reads and writes", metrics=OPERATIONS, setting="max_iops", unit="operations/s"),),
    window_days=14, implementation_effort="Medium", rollback_possible=True,
    rollback="Restore the database from the final snapshot; it gets the same endpoint name if the identifier is free.",
    hint="aws rds delete-db-instance --region {region} --db-instance-identifier {native_id} "
    "--final-db-snapshot-identifier {native_id}-final",
    bill=BillExpects(prices=("InstanceUsage", "Multi-AZUsage"), at_least=Decimal(23), says="so it did not run all day"),
)  # fmt: skip

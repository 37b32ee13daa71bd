"""An RDS database that is kept stopped and that nobody uses in between still costs its storage."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connections.resources import Database, Metric
from findings.rule import UNTOLD, Fine, Rule, Verdict, Waste, counted, unmeasured

if TYPE_CHECKING:
    from audits.evidence import Usage

CONNECTIONS = Metric(name="DatabaseConnections", statistic="Maximum", unit="connections")


def judge(database: Database, *, usage: Usage, idle_days: int) -> Verdict:
    if database.state != "stopped":
        return Fine()
    if database.cluster_id:
        return Fine("Part of a cluster, which holds the storage.")
    # While it is stopped it has no data, which is as good as none: but only where somebody looked for it.
    if any(value for value in usage.days(CONNECTIONS, days=idle_days)):
        return Fine(f"Used within the last {counted(idle_days, 'day')}: it is stopped for a time only.")
    age_days = -1 if database.created_at is None else (database.observed_at - database.created_at).days
    if age_days < idle_days or not usage.was_read(CONNECTIONS, days=idle_days):
        return unmeasured(database, since=database.created_at, days=idle_days, what="connections, or their absence,")
    return Waste(
        saves=UNTOLD,
        because=f"{database.instance_class} ({database.engine}), stopped, and without a connection within "
        f"the last {counted(idle_days, 'day')}. Its {database.storage_gib:,} GiB stay charged.",
    )


rule = Rule(
    id="aws_rds_database_stopped",
    title="RDS database kept stopped",
    looks_at=Database,
    settings={"idle_days": 14},
    action="Start the database, delete it with a final snapshot.",
    docs="https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_StopInstance.html",
    judge=judge,
    metrics=(CONNECTIONS,),
    window_days=14,
    implementation_effort="Medium",
    rollback_possible=True,
    rollback="Restore the database from the final snapshot; it gets the same endpoint name if the identifier is free.",
    hint="aws rds start-db-instance --region {region} --db-instance-identifier {native_id}\n"
    "aws rds delete-db-instance --region {region} --db-instance-identifier {native_id} "
    "--final-db-snapshot-identifier {native_id}-final",
)

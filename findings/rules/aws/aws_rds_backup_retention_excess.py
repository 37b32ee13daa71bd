"""A database that is not for production seldom needs weeks of automatic backups."""

from __future__ import annotations

from connections.resources import Database
from findings.nonproduction import told_by
from findings.rule import UNTOLD, Fine, Rule, Verdict, Waste, counted


def judge(database: Database, *, keep_days: int) -> Verdict:
    tags = told_by(database)
    if not tags or database.state in {"creating", "deleting"}:
        return Fine("" if tags else "No tag says that it is not for production.")
    if database.cluster_id:
        return Fine("Part of a cluster, whose backups are the cluster's.")
    if database.backup_service:
        return Fine(f"Its backups are kept by {database.backup_service}, by a plan of its own.")
    if database.backup_days <= keep_days:
        return Fine()
    return Waste(
        saves=UNTOLD,
        because=f"{database.instance_class} ({database.engine}) is tagged {tags} and keeps "
        f"{counted(database.backup_days, 'day')} of backups. What they hold beyond the size of all databases of the "
        "region is charged.",
    )


rule = Rule(
    id="aws_rds_backup_retention_excess",
    title="RDS backups kept long outside of production",
    looks_at=Database,
    settings={"keep_days": 7},
    action="Ask the owner how far back a restore may be wanted, and lower the retention to that.",
    docs="https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_WorkingWithAutomatedBackups.BackupRetention.html",
    judge=judge,
    action_type="Rightsize",
    stage="PRICE",
    implementation_effort="VeryLow",
    rollback_possible=True,
    rollback="Raise the retention again; the days that were dropped do not come back.",
    hint="aws rds modify-db-instance --region {region} --db-instance-identifier {native_id} "
    "--backup-retention-period 7 --no-apply-immediately",
)

"""A standby in a second zone doubles what a database costs, and a development database seldom needs one."""

from __future__ import annotations

from decimal import Decimal

from connections.resources import Database
from findings.nonproduction import told_by
from findings.rule import UNTOLD, BillExpects, Fine, Rule, Verdict, Waste


def judge(database: Database) -> Verdict:
    if not database.is_multi_az or database.state in {"creating", "deleting", "stopped"}:
        return Fine()
    if database.cluster_id:
        return Fine("Part of a cluster, whose members stand in several zones for more than to stand by.")
    tags = told_by(database)
    if not tags:
        return Fine("No tag says that it is not for production.")
    return Waste(
        saves=UNTOLD,
        because=f"{database.instance_class} ({database.engine}) is tagged {tags} and has a standby in a second zone, "
        "which is charged like the database itself.",
    )


rule = Rule(
    id="aws_rds_multi_az_in_nonprod",
    title="RDS standby outside of production",
    looks_at=Database,
    settings={},
    action="Give up the standby: change the database to a single zone, in its next maintenance window.",
    docs="https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Concepts.MultiAZSingleStandby.html",
    judge=judge,
    action_type="Rightsize",
    stage="SHRINK",
    implementation_effort="VeryLow",
    rollback_possible=True,
    rollback="Change the database back to several zones; the standby is made from a snapshot, while it runs.",
    hint="aws rds modify-db-instance --region {region} --db-instance-identifier {native_id} "
    "--no-multi-az --no-apply-immediately",
    bill=BillExpects(
        prices=("Multi-AZUsage",), at_least=Decimal(0), says="so its standby may have been given up already"
    ),
)

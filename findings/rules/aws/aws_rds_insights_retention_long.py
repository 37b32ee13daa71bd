"""Performance data of a database is kept for seven days without charge, and for longer at a price per processor."""

from __future__ import annotations

from connections.resources import Database
from findings.rule import UNTOLD, Fine, Rule, Unknown, Verdict, Waste, counted

ADVANCED = "advanced"


def judge(database: Database, *, keep_days: int) -> Verdict:
    if database.state in {"creating", "deleting"} or database.insights_days == 0:
        return Fine()
    if database.insights_days is None:
        return Unknown("for how long its performance data are kept")
    if database.insights_days <= keep_days:
        return Fine()
    if database.insights_mode == ADVANCED:
        return Fine("The advanced mode of Database Insights is paid by itself and asks for 465 days at least.")
    if database.insights_mode is None:
        return Unknown("in which mode of Database Insights it is: the advanced one asks for 465 days")
    return Waste(
        saves=UNTOLD,
        because=f"{database.instance_class} ({database.engine}) keeps its performance data for "
        f"{counted(database.insights_days, 'day')}; up to {counted(keep_days, 'day')} cost nothing.",
    )


rule = Rule(
    id="aws_rds_insights_retention_long",
    title="RDS performance data kept at a price",
    looks_at=Database,
    settings={"keep_days": 7},
    action="Ask who looks further back; if nobody does, keep performance data for seven days.",
    docs="https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_PerfInsights.Overview.cost.html",
    judge=judge,
    action_type="Rightsize",
    stage="PRICE",
    implementation_effort="VeryLow",
    rollback_possible=True,
    rollback="Raise the retention again; what was older than seven days is gone.",
    hint="aws rds modify-db-instance --region {region} --db-instance-identifier {native_id} "
    "--performance-insights-retention-period 7 --no-apply-immediately",
)

"""Automatic scaling of a DynamoDB table that may go neither up nor down scales nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connections.resources.tables import Table
from findings.rule import UNTOLD, Fine, Rule, Unknown, Verdict, Waste, counted
from findings.table_usage import KEPT, READ, USED, WRITE, busiest_percent, not_looked_at, unread

if TYPE_CHECKING:
    from audits.evidence import Usage

SERIES = {"read": READ, "write": WRITE}


def judge(table: Table, *, usage: Usage, idle_days: int, max_percent: float) -> Verdict:
    if left := not_looked_at(table):
        return left
    if table.read_scaling is None or table.write_scaling is None:
        return Unknown("within which bounds it is scaled")
    bounds = {"read": table.read_scaling, "write": table.write_scaling}
    fixed = {name: series for name, series in SERIES.items() if len(set(bounds[name])) == 1}
    if not fixed:
        return Fine()
    if unknown := unread(table, usage, days=idle_days):
        return unknown
    percents = {name: busiest_percent(usage, series, days=idle_days) for name, series in fixed.items()}
    little = {name: percent for name, percent in percents.items() if percent < max_percent}
    if not little:
        return Fine("What is kept is used.")
    told = " and ".join(f"{bounds[name][0]:,} {name} units ({percent:.0f} %)" for name, percent in little.items())
    return Waste(
        saves=UNTOLD,
        because=f"The least and the most that scaling may give it are the same: {told}. In brackets, how much was used "
        f"on the busiest of the last {counted(idle_days, 'day')}.",
    )


rule = Rule(
    id="aws_dynamodb_autoscaling_fixed",
    title="DynamoDB scaling without room",
    looks_at=Table,
    settings={"idle_days": 14, "max_percent": 50},
    action="Lower the least that scaling may give the table to what it uses in quiet hours.",
    docs="https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/AutoScaling.html",
    judge=judge,
    metrics=(*USED, *KEPT),
    window_days=14, action_type="ScaleIn", stage="SHRINK", implementation_effort="VeryLow",
    rollback_possible=True,
    rollback="Set the least back to what it was.",
    hint="aws application-autoscaling describe-scalable-targets --region {region} --service-namespace dynamodb "
    "--resource-ids table/{name}",
)  # fmt: skip

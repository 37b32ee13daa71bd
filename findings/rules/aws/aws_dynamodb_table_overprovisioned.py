"""A DynamoDB table for which far more capacity is kept than its busiest hour used, and which nothing scales."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from connections.resources.tables import Table
from findings.rule import BillExpects, Fine, Rule, Verdict, Waste, counted
from findings.table_hours import FILL_PERCENT, HOURLY, LEAST_PERCENT, Hours, hours_of, lowered, saved, told
from findings.table_usage import KEPT, scaled_by_itself

if TYPE_CHECKING:
    from audits.evidence import Usage


def judge(table: Table, *, usage: Usage, idle_days: int, fill_percent: int, least_percent: float) -> Verdict:
    hours = hours_of(table, usage, days=idle_days)
    if not isinstance(hours, Hours):
        return hours
    kept = lowered(table, hours, percent=fill_percent)
    share = saved(table, reads=kept[0], writes=kept[1])
    if (share.fraction or 0) * 100 < least_percent:
        return Fine()
    reads, writes = hours.busiest
    return scaled_by_itself(table) or Waste(
        saves=told(table, share),
        because=f"Its busiest hours of the last {counted(idle_days, 'day')} used {reads:,.1f} read and {writes:,.1f} "
        f"write units a second, of {table.read_units:,} and {table.write_units:,} that are kept; of {kept[0]:,} and "
        f"{kept[1]:,} they would have used {fill_percent} % at most.",
    )


rule = Rule(
    id="aws_dynamodb_table_overprovisioned",
    title="DynamoDB table with more capacity than its busiest hour needs",
    looks_at=Table,
    settings={"idle_days": 30, "fill_percent": FILL_PERCENT, "least_percent": LEAST_PERCENT},
    action="Lower the capacity to the units that the finding names, and let it be scaled from there.",
    docs="https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/provisioned-capacity-mode.html",
    judge=judge,
    metrics=(*KEPT, *HOURLY),
    window_days=30, action_type="Rightsize", stage="PRICE", implementation_effort="VeryLow",
    rollback_possible=True, rollback="Raise the capacity again, at any time; lowering it is possible some times a day.",
    hint="aws dynamodb describe-table --region {region} --table-name {name}",
    bill=BillExpects(prices=("ReadCapacityUnit-Hrs",), at_least=Decimal(0), says="so it may be paid by request"),
    assumes="that its use within an hour is even",
)  # fmt: skip

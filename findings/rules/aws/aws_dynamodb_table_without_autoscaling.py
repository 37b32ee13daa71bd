"""A DynamoDB table whose use comes and goes, and for which as much is kept by night as at its busiest hour."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from connections.resources.tables import Table
from findings.rule import BillExpects, Fine, Rule, Verdict, Waste, counted
from findings.table_hours import (
    FILL_PERCENT,
    HOURLY,
    LEAST_PERCENT,
    SCALED_TO,
    Hours,
    hours_of,
    lowered,
    saved,
    scaled,
    told,
)
from findings.table_usage import KEPT, scaled_by_itself

if TYPE_CHECKING:
    from audits.evidence import Usage


def judge(table: Table, *, usage: Usage, idle_days: int, least_percent: float) -> Verdict:
    hours = hours_of(table, usage, days=idle_days)
    if not isinstance(hours, Hours):
        return hours
    kept = lowered(table, hours, percent=FILL_PERCENT)
    if (saved(table, reads=kept[0], writes=kept[1]).fraction or 0) * 100 >= LEAST_PERCENT:
        return Fine("Less would do at its busiest hour too: that comes first.")
    reads, writes = scaled(table, hours)
    share = saved(table, reads=reads, writes=writes)
    if (share.fraction or 0) * 100 < least_percent:
        return Fine()
    return scaled_by_itself(table) or Waste(
        saves=told(table, share),
        because=f"{table.read_units:,} read and {table.write_units:,} write units a second are kept for it at all "
        f"hours of the last {counted(idle_days, 'day')}. Scaled to {SCALED_TO} % in use, hour by hour, it "
        f"would have had {reads:,.1f} and {writes:,.1f} on average.",
    )


rule = Rule(
    id="aws_dynamodb_table_without_autoscaling", title="DynamoDB table that nothing scales", looks_at=Table,
    settings={"idle_days": 30, "least_percent": 30},
    action="Let the table be scaled automatically, with the capacity that it has as the most.",
    docs="https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/AutoScaling.html",
    judge=judge, metrics=(*KEPT, *HOURLY), window_days=30, action_type="ScaleIn", stage="PRICE",
    implementation_effort="Low", rollback_possible=True,
    rollback="Deregister the scalable targets and set the capacity that the table had.",
    hint="aws dynamodb describe-table --region {region} --table-name {name}",
    bill=BillExpects(prices=("ReadCapacityUnit-Hrs",), at_least=Decimal(0), says="so it may be paid by request"),
    assumes="that its use goes on coming and going as it did, and that scaling follows it",
)  # fmt: skip

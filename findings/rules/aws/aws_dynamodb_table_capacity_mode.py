"""A DynamoDB table that uses little of the capacity kept for it costs less where it is paid by request."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from connections.resources.tables import Table
from findings.rule import BillExpects, Fine, Rule, Verdict, Waste, counted
from findings.table_usage import KEPT, USED, load_of, not_looked_at, of_indexes, priced_otherwise, unread

if TYPE_CHECKING:
    from audits.evidence import Usage


def judge(table: Table, *, usage: Usage, idle_days: int, max_percent: float) -> Verdict:
    fine = not_looked_at(table) or priced_otherwise(table)
    if left := fine or unread(table, usage, days=idle_days) or of_indexes(table):
        return left
    load = load_of(usage, days=idle_days)
    if load.percent == 0:
        return Fine("Nobody uses it: how it is paid is not the question.")
    if load.percent >= max_percent:
        return Fine()
    return Waste(
        saves=load.by_request(),
        because=f"Of {load.kept_reads:,.0f} read and {load.kept_writes:,.0f} write units a second it used "
        f"{load.reads:,.2f} and {load.writes:,.2f} on average over the last {counted(idle_days, 'day')}: "
        f"{load.percent:.1f} % by cost. Paid by request, it costs less below about 29 %.",
    )


rule = Rule(
    id="aws_dynamodb_table_capacity_mode",
    title="DynamoDB table that costs less by request",
    looks_at=Table,
    settings={"idle_days": 30, "max_percent": 20},
    action="Let the table be paid by request (on-demand).",
    docs="https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/capacity-mode.html",
    judge=judge,
    metrics=(*USED, *KEPT),
    window_days=30, action_type="Rightsize", stage="PRICE", implementation_effort="VeryLow",
    rollback_possible=True,
    rollback="Switch back to provisioned capacity, at any time, with the units and the scaling that it had.",
    hint="aws dynamodb update-table --region {region} --table-name {name} --billing-mode PAY_PER_REQUEST",
    bill=BillExpects(prices=("ReadCapacityUnit-Hrs",), at_least=Decimal(0), says="so it may be switched already"),
)  # fmt: skip

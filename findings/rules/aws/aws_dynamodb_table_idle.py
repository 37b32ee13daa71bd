"""A DynamoDB table for which capacity is kept, and that nobody has read or written for a month."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from connections.resources.tables import Table
from findings.rule import ALL, BillExpects, Fine, Rule, Verdict, Waste, counted
from findings.table_usage import KEPT, USED, not_looked_at, of_indexes, unread

if TYPE_CHECKING:
    from audits.evidence import Usage

CAPACITY = ("ReadCapacityUnit-Hrs", "IA-ReadCapacityUnit-Hrs")  # of the standard class, and of the one for rare access


def judge(table: Table, *, usage: Usage, idle_days: int) -> Verdict:
    if left := not_looked_at(table):
        return left
    if any(value for metric in USED for value in usage.days(metric, days=idle_days)):
        return Fine()
    if unknown := unread(table, usage, days=idle_days) or of_indexes(table):
        return unknown
    return Waste(
        saves=ALL,
        because=f"{table.read_units:,} read and {table.write_units:,} write units a second are kept for it, and none "
        f"was used on any of the last {counted(idle_days, 'day')}. It holds {table.size_gib:,.1f} GiB.",
    )


rule = Rule(
    id="aws_dynamodb_table_idle",
    title="DynamoDB table that nobody uses",
    looks_at=Table,
    settings={"idle_days": 30},
    action="Back the table up, let it be paid by request for a while, then delete it.",
    docs="https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/WorkingWithTables.Basics.html",
    judge=judge,
    metrics=(*USED, *KEPT),
    window_days=30,
    rollback_possible=True,
    rollback="Restore the table from its backup, under the same name; streams, scaling and alarms must be set again.",
    hint="aws dynamodb create-backup --region {region} --table-name {name} --backup-name {name}-final\n"
    "aws dynamodb update-table --region {region} --table-name {name} --billing-mode PAY_PER_REQUEST",
    bill=BillExpects(prices=CAPACITY, at_least=Decimal(0), says="so it may be paid by request already"),
)

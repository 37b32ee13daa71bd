"""The action list as a CSV file that a spreadsheet opens without running anything in it."""

from __future__ import annotations

from typing import IO, TYPE_CHECKING

from audits import spreadsheet

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from decimal import Decimal

    from findings.queries import ActionRow

COLUMNS: dict[str, Callable[[ActionRow], str | Decimal | None]] = {
    "finding_id": lambda row: str(row.id),
    "rule": lambda row: row.rule,
    "rule_id": lambda row: row.rule_id,
    "resource_id": lambda row: row.full_id,
    "resource_name": lambda row: row.name,
    "account_id": lambda row: row.account_id,
    "account": lambda row: row.account,
    "region": lambda row: row.region,
    "state": lambda row: row.state,
    "resolution": lambda row: row.resolution,
    "confidence": lambda row: row.confidence,
    "currency": lambda row: row.currency,
    "net_monthly_savings": lambda row: row.net,
    "gross_monthly_savings": lambda row: row.gross,
    "cash_monthly_savings": lambda row: row.cash,
    "freed_commitment_monthly": lambda row: row.frees_commitment,
    "absorbed_by": lambda row: row.absorbed_by,
    "price_source": lambda row: row.price_source,
    "because": lambda row: row.because,
    "action": lambda row: row.action,
    "implementation_effort": lambda row: row.effort,
    "restart_needed": lambda row: "yes" if row.restart_needed else "no",
    "rollback_possible": lambda row: "yes" if row.rollback_possible else "no",
    "opened_at": lambda row: row.opened_at.isoformat(),
    "last_seen_at": lambda row: row.last_seen_at.isoformat(),
    "age_days": lambda row: str(row.age_days),
    "reopened_count": lambda row: str(row.reopened_count),
    "bills_not_final": lambda row: "; ".join(one.short for one in row.standings),
    "bills_in_words": lambda row: " ".join(one.sentence for one in row.standings),
}


def write(rows: Iterable[ActionRow]) -> IO[bytes]:
    """The file, at its beginning, as audits.spreadsheet.write gives it."""
    return spreadsheet.write(COLUMNS, ([cell(row) for cell in COLUMNS.values()] for row in rows))

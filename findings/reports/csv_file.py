"""The action list as a CSV file that a spreadsheet opens without running anything in it."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import IO, TYPE_CHECKING

from audits import spreadsheet

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from audits.rates import Converted
    from findings.queries import ActionRow

MILLIONTH = Decimal("0.000001")
COLUMNS: dict[str, Callable[[ActionRow], str | Decimal | None]] = {
    "source": lambda _: "Costframe",
    "also_said_by": lambda row: "; ".join(row.said_by),
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
    "confidence_points": lambda row: None if row.points is None else Decimal(row.points),
    "currency": lambda row: row.currency,
    "net_monthly_savings": lambda row: row.net,
    "gross_monthly_savings": lambda row: row.gross,
    "cash_monthly_savings": lambda row: row.cash,
    "freed_commitment_monthly": lambda row: row.frees_commitment,
    "further_monthly_savings": lambda row: row.further,
    "further_currency": lambda row: row.further_currency,
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
    "in_no_total_because": lambda row: row.apart,
}


def to_millionths(converted: Converted | None) -> Decimal | None:
    """A quotient may have no end: rounded once, for the file."""
    return None if converted is None else converted.amount.quantize(MILLIONTH, rounding=ROUND_HALF_UP)


# Only where somebody asks for one currency. Empty where the saving is in it already, or no rate is known.
CONVERTED: dict[str, Callable[[ActionRow], str | Decimal | None]] = {
    "converted_currency": lambda row: row.converted.currency if row.converted else "",
    "converted_net_monthly_savings": lambda row: to_millionths(row.converted),
    "exchange_rate": lambda row: row.converted.rate.rate if row.converted else None,
    "exchange_rate_from": lambda row: row.converted.rate.from_currency if row.converted else "",
    "exchange_rate_to": lambda row: row.converted.rate.to_currency if row.converted else "",
    "exchange_rate_date": lambda row: row.converted.rate.day.isoformat() if row.converted else "",
    "exchange_rate_source": lambda row: row.converted.rate.source if row.converted else "",
}


def write(rows: Iterable[ActionRow], *, into: str = "") -> IO[bytes]:
    """The file, at its beginning, as audits.spreadsheet.write gives it. `into` adds columns in that currency."""
    columns = {**COLUMNS, **(CONVERTED if into else {})}
    return spreadsheet.write(columns, ([cell(row) for cell in columns.values()] for row in rows))

"""The action list as a CSV file that a spreadsheet opens without running anything in it."""

from __future__ import annotations

import csv
import io
import tempfile
from typing import IO, TYPE_CHECKING

from findings.reports.money import plain

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from findings.queries import ActionRow

SPOOL_BYTES = 4_000_000
# A cell that begins so may be run as a formula.
DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n")

COLUMNS: dict[str, Callable[[ActionRow], str]] = {
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
    "net_monthly_savings": lambda row: plain(row.net),
    "gross_monthly_savings": lambda row: plain(row.gross),
    "cash_monthly_savings": lambda row: plain(row.cash),
    "freed_commitment_monthly": lambda row: plain(row.frees_commitment),
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
}
AMOUNTS = {name for name in COLUMNS if name.endswith("_savings") or name == "freed_commitment_monthly"}


def safe(text: str) -> str:
    """The text with an apostrophe before what a spreadsheet would take for a formula."""
    return f"'{text}" if text.startswith(DANGEROUS) else text


def write(rows: Iterable[ActionRow]) -> IO[bytes]:
    """The file, at its beginning: UTF-8 with a byte order mark; in memory while small, else in an unnamed file."""
    spool = tempfile.SpooledTemporaryFile(max_size=SPOOL_BYTES)  # noqa: SIM115 - the caller reads and closes it
    text = io.TextIOWrapper(spool, encoding="utf-8-sig", newline="", write_through=True)
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    for row in rows:
        # Amounts are ours, plain decimals, and must stay numbers also where one is negative.
        cells = ((name, cell(row)) for name, cell in COLUMNS.items())
        writer.writerow([value if name in AMOUNTS else safe(value) for name, value in cells])
    text.detach()
    spool.seek(0)
    return spool

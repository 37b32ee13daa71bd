"""What the reader of a bill reports of each billing period, from the table `sums`. In the child only."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from audits import azure_pair, bill_sums, focus
from audits.bill_formats import AZURE_COST

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    import duckdb

    from audits.detail_reader import DetailReader


def periods(
    database: duckdb.DuckDBPyConnection, *, details: DetailReader, format_id: str, notes: Sequence[str]
) -> list[dict[str, Any]]:
    """Each period of the bill, oldest first, as `audits.focus_process` reads it: costs as text, to the last digit.

    `notes` are said of each period, before those of its own.
    """
    found = database.execute(
        """select billing_period, sum(row_count)::bigint, count(*)::bigint,
                  list_sort(list(distinct billing_account_id)), list_sort(list(distinct sub_account_id)),
                  min(charge_date) filter (is_usage), max(charge_date) filter (is_usage),
                  sum(rows_without_cost)::bigint
             from (select *, charge_category = 'Usage' and charge_days = 1
                             and charge_class <> 'Correction' as is_usage  -- of another month
                     from sums where is_line)
            group by 1 order by 1"""
    ).fetchall()
    return [
        {
            "billing_period": str(period),
            "row_count": row_count,
            "line_count": line_count,
            "billing_account_ids": [one for one in billing if one],
            "sub_account_ids": [one for one in sub if one],
            "first_usage_date": str(first) if first else None,
            "last_usage_date": str(last) if last else None,
            "rows_without_cost": without,
            "notes": [*notes, *_notes(database, period, details=details, format_id=format_id)],
            "kinds": database.execute(bill_sums.MADE_OF, [period]).fetchall(),
            "services": _services(database, period),
            "totals": _totals(database, period),
            "invoice_totals": _invoice_totals(database, period),
        }
        for period, row_count, line_count, billing, sub, first, last, without in found
    ]


def _services(database: duckdb.DuckDBPyConnection, period: date) -> list[Any]:
    found = database.execute(bill_sums.BY_SERVICE, [period]).fetchmany(bill_sums.MOST_SERVICES + 1)
    return found if len(found) <= bill_sums.MOST_SERVICES else []


def _notes(database: duckdb.DuckDBPyConnection, period: date, *, details: DetailReader, format_id: str) -> list[str]:
    found = details.notes(database, period)
    if format_id == AZURE_COST.id:
        found += azure_pair.notes(*(database.execute(azure_pair.SEEN, [period]).fetchone() or ()))
    return found


def _totals(database: duckdb.DuckDBPyConnection, period: date) -> dict[str, dict[str, str]]:
    """From the tallies, not from the lines."""
    columns = ("row_count", *focus.COSTS)
    sums = ", ".join(f"sum({column})::varchar" for column in columns)
    found = database.execute(
        f"select billing_currency, {sums} from sums where not is_line and billing_period = ? group by 1 order by 1",
        [period],
    ).fetchall()
    return {name: dict(zip(columns, values, strict=True)) for name, *values in found}


def _invoice_totals(database: duckdb.DuckDBPyConnection, period: date) -> dict[str, dict[str, str]]:
    found = database.execute(
        """select invoice_id, billing_currency, sum(billed_cost)::varchar from sums
            where not is_line and billing_period = ? and invoice_id <> '' group by 1, 2 order by 1, 2""",
        [period],
    ).fetchall()
    totals: dict[str, dict[str, str]] = {}
    for invoice_id, currency, billed in found:
        totals.setdefault(invoice_id, {})[currency] = billed
    return totals

"""The rows that a load left out, as its page shows them: their costs, whether the total agrees, where each stands."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal, localcontext
from typing import TYPE_CHECKING

from audits.quarantine import COST_TITLES, DIGITS, KEPT_ROWS, NOTHING, Tally, verdict

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from audits.models import BillLoad, QuarantinedRow

SHOWN_ROWS = 100
CSV_COLUMNS = ("file", "row", "column", "value", "what_is_wrong", "what_to_do", "billed_cost", "currency")


@dataclass(frozen=True, kw_only=True)
class CostRow:
    """One kind of cost in one currency: loaded, left out, and what the files hold, None where nobody can tell."""

    title: str
    loaded: Decimal
    left_out: Decimal
    unreadable: int
    in_files: Decimal | None


@dataclass(frozen=True, kw_only=True)
class CurrencyRows:
    """The rows left out that name one currency. `costs` is empty where none is named: nothing is added to it."""

    currency: str
    rows: int
    costs: tuple[CostRow, ...]


@dataclass(frozen=True, kw_only=True)
class QuarantinePage:
    """All that a load's page tells of the rows left out. `rows` are the first of them, gone once it is replaced."""

    count: int
    share: Decimal
    verdict: str
    currencies: tuple[CurrencyRows, ...]
    rows: tuple[QuarantinedRow, ...]
    kept: int


def quarantine_page(load: BillLoad) -> QuarantinePage | None:
    """None where no row was left out."""
    if not load.quarantined_count:
        return None
    found = [Tally.from_json(one) for one in load.quarantined]
    return QuarantinePage(
        count=load.quarantined_count,
        share=Decimal(load.quarantined_count) * 100 / (load.row_count + load.quarantined_count),
        verdict=verdict(found),
        currencies=tuple(_currency(tally, load) for tally in found),
        rows=tuple(load.quarantined_rows.order_by("part", "row_number", "id")[:SHOWN_ROWS]),
        kept=min(load.quarantined_count, KEPT_ROWS),
    )


def _currency(tally: Tally, load: BillLoad) -> CurrencyRows:
    loaded: Mapping[str, str] = load.totals.get(tally.currency, {})
    costs = [
        _cost(title, Decimal(loaded.get(name, 0)), tally.costs[name], tally.unreadable[name])
        for name, title in COST_TITLES.items()
    ]
    invoiced = sum((Decimal(one.get(tally.currency, 0)) for one in load.invoice_totals.values()), NOTHING)
    if invoiced or tally.invoiced:
        costs.append(_cost("Billed, on invoices", invoiced, tally.invoiced, tally.unreadable["billed_cost"]))
    return CurrencyRows(currency=tally.currency, rows=tally.rows, costs=tuple(costs) if tally.currency else ())


def _cost(title: str, loaded: Decimal, left_out: Decimal, unreadable: int) -> CostRow:
    with localcontext(prec=DIGITS):
        in_files = None if unreadable else loaded + left_out
    return CostRow(title=title, loaded=loaded, left_out=left_out, unreadable=unreadable, in_files=in_files)


def csv_rows(load: BillLoad) -> Iterator[tuple[str | Decimal | None, ...]]:
    """Every row that was kept, under CSV_COLUMNS."""
    for row in load.quarantined_rows.order_by("part", "row_number", "id").iterator(chunk_size=500):
        told = (row.part, str(row.row_number), row.column, row.value, row.reason, row.remedy)
        yield (*told, row.billed_cost, row.currency)

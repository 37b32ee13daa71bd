"""One load of a billing period, as a controller reads it: what it is made of, whether it is final, what it changed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from audits import left_out_tags
from audits.bill_sums import KINDS, Change, KindSum
from audits.bills_page import LoadRow, load_row
from audits.models import BillLoad
from audits.quarantine_page import QuarantinePage, quarantine_page

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

NOTHING = Decimal(0)
MOST_EARLIER = 50
OPEN, PROVISIONAL, FINAL = "open", "provisional", "final"
STATES = {
    OPEN: "The period is not over.",
    PROVISIONAL: "The period is over, but may still be restated: not all of it is billed to its last day and invoiced.",
    FINAL: "Billed to the last day, and all of it on invoices.",
}


@dataclass(frozen=True, kw_only=True)
class KindRow:
    """The charges of one kind, in words."""

    title: str
    rows: int
    billed: Decimal
    effective: Decimal


@dataclass(frozen=True, kw_only=True)
class CurrencyPart:
    """A period in one currency: by kind, the sum, what is on invoices, and how much names no resource."""

    currency: str
    kinds: tuple[KindRow, ...]
    rows: int
    billed: Decimal
    effective: Decimal
    invoiced: Decimal | None
    rows_without_resource: int
    billed_without_resource: Decimal

    @property
    def difference(self) -> Decimal | None:
        """What is billed and on no invoice; None where the files name none."""
        return None if self.invoiced is None else self.billed - self.invoiced

    @property
    def percent_without_resource(self) -> Decimal | None:
        """Of the billed cost; None where nothing is billed."""
        return self.billed_without_resource * 100 / self.billed if self.billed > 0 else None


@dataclass(frozen=True, kw_only=True)
class LoadPage:
    """All that the page of a load shows. `earlier` are the other loads of the same period, newest first."""

    row: LoadRow
    state: str
    state_words: str
    tags_note: str
    parts: tuple[CurrencyPart, ...]
    quarantine: QuarantinePage | None
    changes: tuple[Change, ...]
    changes_not_shown: int
    earlier: tuple[LoadRow, ...]


def load_page(load: BillLoad) -> LoadPage:
    """The page of a load of the open scope."""
    row = load_row(load)
    state = period_state(load, row)
    others = BillLoad.objects.filter(source=load.source_id, billing_period=load.billing_period).exclude(id=load.id)
    earlier = others.select_related("source__connection").order_by("-loaded_at", "id")[:MOST_EARLIER]
    return LoadPage(
        row=row,
        state=state,
        state_words=state_words(state, row),
        tags_note=left_out_tags.note(load),
        parts=_parts(row, [KindSum.from_json(one) for one in load.kinds]),
        quarantine=quarantine_page(load),
        changes=tuple(Change.from_json(one) for one in load.changes),
        changes_not_shown=load.change_count - len(load.changes),
        earlier=tuple(load_row(one) for one in earlier),
    )


def state_words(state: str, row: LoadRow) -> str:
    """What the state of a period means, here."""
    if state == PROVISIONAL and row.load.quarantined_count:
        return "The period is over, but rows of it could not be read and are left out, so it cannot be final."
    if state == PROVISIONAL and row.totals and all(total.invoiced is None for total in row.totals):
        return "The period is over, but the files name no invoice, so they cannot tell when it is final."
    return STATES[state]


def period_state(load: BillLoad, row: LoadRow) -> str:
    """Open, provisional or final, by what was loaded."""
    end = end_of_period(load.billing_period)
    if load.loaded_at.date() < end:
        return OPEN
    is_invoiced = bool(row.totals) and all(total.not_invoiced == 0 for total in row.totals)
    is_whole = is_invoiced and not load.quarantined_count
    return FINAL if is_whole and load.billed_until is not None and load.billed_until >= end else PROVISIONAL


def end_of_period(first: date) -> date:
    """The first day after a billing period of a month."""
    return (first.replace(day=1) + timedelta(days=32)).replace(day=1)


def _parts(row: LoadRow, sums: Sequence[KindSum]) -> tuple[CurrencyPart, ...]:
    return tuple(
        CurrencyPart(
            currency=total.currency,
            kinds=_kinds(mine := [one for one in sums if one.currency == total.currency]),
            rows=sum(one.rows for one in mine),
            billed=total.billed,
            effective=total.effective,
            invoiced=total.invoiced,
            rows_without_resource=sum(one.rows_without_resource for one in mine),
            billed_without_resource=sum((one.billed_without_resource for one in mine), NOTHING),
        )
        for total in row.totals
    )


def _kinds(sums: Sequence[KindSum]) -> tuple[KindRow, ...]:
    order = list(KINDS)[::-1]  # usage first
    ordered = sorted(sums, key=lambda one: order.index(one.kind))
    return tuple(
        KindRow(title=KINDS[one.kind], rows=one.rows, billed=one.billed, effective=one.effective) for one in ordered
    )

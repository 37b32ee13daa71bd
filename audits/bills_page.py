"""Bills as their page shows them: what was loaded, and whether it equals the files and the invoices."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db.models.functions import Coalesce
from django.template.defaultfilters import pluralize

from audits.models import BillLoad
from audits.recognise import TITLES

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date

    from audits.rates import Converted, Display

MOST_LOADS = 200
NOTHING = Decimal(0)
STATES = {
    BillLoad.State.LOADED: ("equal to the files", "good"),
    BillLoad.State.REPLACED: ("replaced by a later load", "plain"),
    BillLoad.State.REFUSED: ("refused, nothing was changed", "bad"),
}


@dataclass(frozen=True, kw_only=True)
class Total:
    """A load's totals in one currency. `invoiced` is None where the export names no invoice."""

    currency: str
    billed: Decimal
    effective: Decimal
    invoiced: Decimal | None
    billed_converted: Converted | None = None
    effective_converted: Converted | None = None

    @property
    def not_invoiced(self) -> Decimal | None:
        """What is on no invoice yet; 0 means that the bill equals its invoices."""
        return None if self.invoiced is None else self.billed - self.invoiced


@dataclass(frozen=True, kw_only=True)
class LoadRow:
    """One loading of one billing period."""

    load: BillLoad
    totals: tuple[Total, ...]
    state: str
    tone: str
    invoice_ids: tuple[str, ...]
    file_count: int
    format_title: str

    @property
    def last_complete(self) -> date | None:
        """The last day of its period that is complete, None where none is."""
        until = self.load.billed_until
        return until - timedelta(days=1) if until is not None and until > self.load.billing_period else None

    @property
    def last_day(self) -> date:
        """The day whose exchange rates count for it: the last of its period that is billed."""
        end = (self.load.billing_period.replace(day=1) + timedelta(days=32)).replace(day=1)
        until = min(self.load.billed_until or end, end)
        return until - timedelta(days=1)


def bill_loads() -> list[LoadRow]:
    """The open scope's loads, newest period first, the current one of a period before those it replaced."""
    by_name = Coalesce("source__connection__label", "source__label")
    loads = BillLoad.objects.select_related("source__connection").order_by("-billing_period", by_name, "-loaded_at")
    return [load_row(load) for load in loads[:MOST_LOADS]]


def shown_in(rows: Iterable[LoadRow], shown: Display) -> list[LoadRow]:
    """The rows with their totals in the currency that is shown too, by the rates of each bill's last day."""
    return [
        replace(
            row,
            totals=tuple(
                replace(
                    total,
                    billed_converted=shown.of(total.billed, total.currency, day=row.last_day),
                    effective_converted=shown.of(total.effective, total.currency, day=row.last_day),
                )
                for total in row.totals
            ),
        )
        for row in rows
    ]


def load_row(load: BillLoad) -> LoadRow:
    """A load with its totals as numbers."""
    state, tone = STATES[BillLoad.State(load.state)]
    if load.quarantined_count and load.state == BillLoad.State.LOADED:
        state, tone = f"{load.quarantined_count:,} row{pluralize(load.quarantined_count)} left out", "warn"
    invoices: Mapping[str, Mapping[str, str]] = {one: sums for one, sums in load.invoice_totals.items() if one}
    return LoadRow(
        load=load,
        totals=tuple(
            Total(
                currency=currency,
                billed=Decimal(sums["billed_cost"]),
                effective=Decimal(sums["effective_cost"]),
                invoiced=_invoiced(invoices, currency),
            )
            for currency, sums in sorted(load.totals.items())
        ),
        state=state,
        tone=tone,
        invoice_ids=tuple(sorted(invoices)),
        file_count=len(load.files),
        format_title=TITLES[load.bill_format],
    )


def _invoiced(invoices: Mapping[str, Mapping[str, str]], currency: str) -> Decimal | None:
    amounts = [Decimal(sums[currency]) for sums in invoices.values() if currency in sums]
    return sum(amounts, NOTHING) if amounts else None

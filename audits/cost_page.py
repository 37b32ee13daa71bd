"""Costs as their page shows them: by what is asked for, in one currency at a time, beside the time before."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from decimal import Context, Decimal, localcontext
from typing import TYPE_CHECKING, Any

from audits import cost_sums
from audits.bill_sums import KINDS
from audits.bills_page import LoadRow, load_row
from audits.cost_chart import CostChart, Series, stacked
from audits.cost_choice import BASES, DAY, DIMENSIONS, GROUPS, NONE, CostForm, kind_choices
from audits.cost_spans import earlier_than, missing, months_of, span_of
from audits.cost_sums import Span, Sums
from audits.load_page import period_state, state_words
from connections.models import Connection

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from django.http import QueryDict

    from audits.cost_choice import CostChoice
    from audits.models import BillLoad

NOTHING = Decimal(0)
EXACT = Context(prec=100)  # Python would else round sums to 28 digits; costs have up to 38
MOST_ROWS = 100
COLOURS = 6
REST = "rest"
INTO = ("service", "account", "region", DAY)  # what a row leads to: the first of these that is not fixed by then
ALONE = "No earlier time of equal length is loaded to compare with."
STILL_OPEN = (
    "This bill is still open: its last day may not be complete, and charges for more than a day are whole in the time "
    "before."
)
PREPAID = "Commitments' purchases and other prepayments"
OF_PREPAID: Mapping[str, str] = {
    "effective": "Spread over the usage above.",
    "billed": "Paid at once; the usage that it covers is 0 above.",
    "list": "The usage that it covers is above: leave this out to compare.",
    "contracted": "The usage that it covers is above: leave this out to compare.",
}


@dataclass(frozen=True, kw_only=True)
class CostRow:
    """One line of the table. `earlier` is None where there is nothing to compare with; `url` the narrower view."""

    name: str
    cost: Decimal
    earlier: Decimal | None
    url: str = ""
    note: str = ""
    colour: str = ""

    @property
    def difference(self) -> Decimal | None:
        return None if self.earlier is None else EXACT.subtract(self.cost, self.earlier)


@dataclass(frozen=True, kw_only=True)
class LongCharge:
    """A charge for more than a day, which stands on its first day."""

    name: str
    first: date
    days: int
    cost: Decimal


@dataclass(frozen=True, kw_only=True)
class CostPart:
    """All that is shown in one currency. `others` are the rows too many for the page, as one."""

    currency: str
    chart: CostChart
    rows: tuple[CostRow, ...]
    others: CostRow | None
    subtotal: CostRow
    apart: tuple[CostRow, ...]
    total: CostRow
    other_days: Decimal
    long_charges: tuple[LongCharge, ...]
    has_more_long_charges: bool


@dataclass(frozen=True, kw_only=True)
class Source:
    """Where figures come from, and how far they can be relied on."""

    providers: str
    row: LoadRow
    state: str
    state_words: str
    last_complete: date | None


@dataclass(frozen=True, kw_only=True)
class CostPage:
    """Everything that the page shows. `span` is None where nothing is loaded."""

    form: CostForm
    choice: CostChoice
    span: Span | None = None
    earlier: Span | None = None
    parts: tuple[CostPart, ...] = ()
    sources: tuple[Source, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def basis(self) -> tuple[str, str]:
        """The name of the cost that is shown, and what it means."""
        return BASES[self.choice.cost]

    @property
    def by(self) -> str:
        return GROUPS[self.choice.by][0]

    @property
    def sentence(self) -> str:
        """Which cost of which days is shown, and beside which."""
        if self.span is None:
            return ""
        of_bill = f"of the bill of {self.span.first:%Y-%m}, its days to {self.last_day}"
        of_days = f"charged from {self.span.first} to {self.last_day}, on whichever bill"
        beside = f", beside {self.earlier.first} to {self.earlier_last_day}." if self.earlier else f". {ALONE}"
        return f"{self.basis[0]} cost {of_days if self.span.load_ids is None else of_bill}{beside}"

    @property
    def last_day(self) -> date | None:
        return self.span.end - dt.timedelta(days=1) if self.span else None

    @property
    def earlier_last_day(self) -> date | None:
        return self.earlier.end - dt.timedelta(days=1) if self.earlier else None


def cost_page(data: QueryDict, *, most_rows: int = MOST_ROWS) -> CostPage:
    """What the URL's query asks for, from the open scope's bills."""
    with localcontext(EXACT):
        return _cost_page(data, most_rows=most_rows)


def _cost_page(data: QueryDict, *, most_rows: int) -> CostPage:
    loads = cost_sums.current_loads()
    form = CostForm(data, months=months_of(loads))
    choice = form.choice()
    span = span_of(choice, loads)
    if span is None:
        return CostPage(form=form, choice=choice)
    there, names = cost_sums.what_is_there(span), _account_names()
    _offer(form, there, names)
    earlier = earlier_than(span, loads)
    now = cost_sums.sums_of(span, choice)
    before = cost_sums.sums_of(earlier, choice) if earlier else {}
    top = {currency: _largest(sums) for currency, sums in now.items()}
    daily = cost_sums.daily(span, choice, named={one for groups in top.values() for one in groups})
    long = cost_sums.long_charges(span, choice)
    parts = tuple(
        _part(
            currency,
            choice=choice,
            span=span,
            now=now.get(currency, Sums()),
            before=before.get(currency, Sums()) if earlier else None,
            daily=daily.get(currency, {}),
            top=top.get(currency, []),
            long=[one for one in long if one["billing_currency"] == currency],
            names=names,
            most_rows=most_rows,
        )
        for currency in sorted({*now, *before})
    )
    return CostPage(
        form=form,
        choice=choice,
        span=span,
        earlier=earlier,
        parts=parts,
        sources=tuple(_source(load, there.providers[load.id]) for load in loads if load.id in there.providers),
        notes=(*([STILL_OPEN] if earlier and not earlier.is_whole else []), *missing(span, earlier, loads)),
    )


def _account_names() -> dict[str, str]:
    found = Connection.objects.exclude(account_id=None).order_by("created_at", "id").values_list("account_id", "label")
    return {account: label for account, label in found if account}


def _offer(form: CostForm, there: cost_sums.There, names: Mapping[str, str]) -> None:
    places = {
        "service": there.services,
        "account": there.accounts,
        "region": there.regions,
        "provider": sorted({one for providers in there.providers.values() for one in providers}),
    }
    for name, values in places.items():
        choices = [(value or NONE, _name(name, value, names)) for value in values]
        form.offer(name, any_label=f"Every {DIMENSIONS[name][0].lower()}", choices=choices)
    form.offer("kind", any_label="Every kind", choices=kind_choices())
    form.offer("currency", any_label="Each apart", choices=[(one, one) for one in there.currencies])


def _name(by: str, value: Any, names: Mapping[str, str]) -> str:  # noqa: ANN401 - a text, or a day
    if by == DAY:
        return f"{value:%Y-%m-%d}"
    if not value:
        return f"No {DIMENSIONS[by][0].lower()} named"
    if by == "kind":
        return KINDS.get(value, value)
    return f"{names[value]} ({value})" if by == "account" and value in names else str(value)


def _largest(sums: Sums) -> list[Any]:
    return sorted((one for one, cost in sums.groups.items() if cost), key=lambda one: (-sums.groups[one], one))[
        :COLOURS
    ]


def _narrower(choice: CostChoice, value: Any) -> str:  # noqa: ANN401 - as above
    """The URL of a row's own charges, by the first of INTO that they are not fixed to."""
    if choice.by == DAY:
        one = replace(choice, month=None, since=value, until=value)
        return replace(one, by=next((into for into in INTO if into not in one.only), DAY)).url
    only = {**choice.only, choice.by: value or NONE}
    return replace(choice, only=only, by=next(into for into in INTO if into not in only)).url


def _part(
    currency: str,
    *,
    choice: CostChoice,
    span: Span,
    now: Sums,
    before: Sums | None,
    daily: Mapping[str | None, Mapping[date, Decimal]],
    top: Sequence[Any],
    long: Sequence[Mapping[str, Any]],
    names: Mapping[str, str],
    most_rows: int,
) -> CostPart:
    choice = replace(choice, currency=currency)
    rows = _rows(choice, now, before, top, names)
    main = "Usage and support" if now.apart or (before and before.apart) else "All charges"
    chart = stacked(
        first=span.first,
        end=span.end,
        series=_series(choice, daily, top, names, main),
        currency=currency,
        basis=BASES[choice.cost][0],
    )
    subtotal = CostRow(name=main, cost=now.subtotal, earlier=before.subtotal if before else None)
    return CostPart(
        currency=currency,
        chart=chart,
        rows=tuple(rows[:most_rows]),
        others=_others(rows[most_rows:]),
        subtotal=subtotal,
        apart=tuple(_apart(choice, now, before)),
        total=CostRow(name="Total", cost=now.total, earlier=before.total if before else None),
        other_days=now.subtotal - sum((total for _, _, total in chart.table), NOTHING),
        long_charges=tuple(
            LongCharge(
                name=_long_name(one["kind"], one["service_name"]),
                first=one["charge_date"],
                days=one["charge_days"],
                cost=one["cost"],
            )
            for one in long[: cost_sums.MOST_LONG]
        ),
        has_more_long_charges=len(long) > cost_sums.MOST_LONG,
    )


def _long_name(kind: str, service: str) -> str:
    named = service or "No service named"
    return named if kind in cost_sums.MAIN else f"{KINDS.get(kind, kind)} ({named})"


def _rows(
    choice: CostChoice, now: Sums, before: Sums | None, top: Sequence[Any], names: Mapping[str, str]
) -> list[CostRow]:
    """The groups that cost something now or then: days in order, all else the dearest first."""
    then = before.groups if before and choice.by != DAY else {}
    values = {one for one, cost in [*now.groups.items(), *then.items()] if cost}
    cost = {one: now.groups.get(one, NOTHING) for one in values}
    order = sorted(values) if choice.by == DAY else sorted(values, key=lambda one: (-cost[one], one))
    return [
        CostRow(
            name=_name(choice.by, one, names),
            cost=cost[one],
            earlier=then.get(one, NOTHING) if before and choice.by != DAY else None,
            url=_narrower(choice, one),
            colour=str(top.index(one) + 1) if one in top and choice.by != DAY else "",
        )
        for one in order
    ]


def _others(rows: Sequence[CostRow]) -> CostRow | None:
    if not rows:
        return None
    has_earlier = rows[0].earlier is not None
    return CostRow(
        name=f"All {len(rows):,} others",
        cost=sum((row.cost for row in rows), NOTHING),
        earlier=sum((row.earlier or NOTHING for row in rows), NOTHING) if has_earlier else None,
    )


def _apart(choice: CostChoice, now: Sums, before: Sums | None) -> list[CostRow]:
    order, then = list(KINDS)[::-1], before.apart if before else {}
    keys = sorted({*now.apart, *then}, key=lambda key: (order.index(key[0]), key[1]))
    return [
        CostRow(
            name=PREPAID if is_prepaid else KINDS[kind],
            cost=now.apart.get((kind, is_prepaid), NOTHING),
            earlier=then.get((kind, is_prepaid), NOTHING) if before else None,
            url=replace(choice, only={**choice.only, "kind": kind}).url,
            note=OF_PREPAID[choice.cost] if is_prepaid else "",
        )
        for kind, is_prepaid in keys
    ]


def _series(
    choice: CostChoice,
    daily: Mapping[str | None, Mapping[date, Decimal]],
    top: Sequence[Any],
    names: Mapping[str, str],
    main: str,
) -> list[Series]:
    """The largest groups and all others; by days everything is one."""
    if choice.by == DAY:
        return [Series(name=main, colour="1", by_day=daily.get("", {}))]
    named = [
        Series(name=_name(choice.by, one, names), colour=str(number), by_day=daily.get(one, {}))
        for number, one in enumerate(top, start=1)
    ]
    others: dict[date, Decimal] = {}
    for one, by_day in daily.items():
        if one not in top:
            for day, cost in by_day.items():
                others[day] = others.get(day, NOTHING) + cost
    has_others = any(others.values())
    return [*named, Series(name="All others", colour=REST, by_day=others)] if has_others or not named else named


def _source(load: BillLoad, providers: Sequence[str]) -> Source:
    row = load_row(load)
    state = period_state(load, row)
    return Source(
        providers=", ".join(one or "No provider named" for one in providers),
        row=row,
        state=state,
        state_words=state_words(state, row),
        last_complete=load.billed_until - dt.timedelta(days=1) if load.billed_until else None,
    )

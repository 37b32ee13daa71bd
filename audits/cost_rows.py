"""One currency's part of the cost page: its chart, its rows, each with the way to its charges; what stands apart."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Context, Decimal
from typing import TYPE_CHECKING, Any

from audits.bill_sums import KINDS
from audits.cost_chart import CostChart, Series, stacked
from audits.cost_choice import BASES, DAY, DIMENSIONS, NONE, OTHERS, WITHOUT, TagChoice
from audits.cost_sums import MAIN, MOST_LONG, OTHER_VALUES, WITHOUT_TAG

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from audits.cost_choice import CostChoice
    from audits.cost_sums import Span, Sums

NOTHING = Decimal(0)
EXACT = Context(prec=100)  # Python would else round sums to 28 digits; costs have up to 38
COLOURS = 6
REST = "rest"
INTO = ("service", "account", "region", DAY)  # what a row leads to: the first of these that is not fixed by then
PREPAID = "Commitments' purchases and other prepayments"
OF_PREPAID: Mapping[str, str] = {
    "effective": "Spread over the usage above.",
    "billed": "Paid at once; the usage that it covers is 0 above.",
    "list": "The usage that it covers is above: leave this out to compare.",
    "contracted": "The usage that it covers is above: leave this out to compare.",
}
SPECIAL = {OTHER_VALUES: "Other values, kept as one sum", WITHOUT_TAG: "Without this tag, or without a value for it"}


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


def name_of(by: str, value: Any, names: Mapping[str, str]) -> str:  # noqa: ANN401 - a text, a day, or a tag's
    """A group in words; `names` are the accounts'."""
    if isinstance(value, tuple):
        return SPECIAL.get(value) or str(value[1])
    if by == DAY:
        return f"{value:%Y-%m-%d}"
    if not value:
        return f"No {DIMENSIONS[by][0].lower()} named"
    if by == "kind":
        return KINDS.get(value, value)
    return f"{names[value]} ({value})" if by == "account" and value in names else str(value)


def largest(sums: Sums) -> list[Any]:
    """The groups that are drawn apart, the dearest first."""
    return sorted((one for one, cost in sums.groups.items() if cost), key=lambda one: (-sums.groups[one], one))[
        :COLOURS
    ]


def _narrower(choice: CostChoice, value: Any) -> str:  # noqa: ANN401 - as above
    """The URL of a row's own charges, by the first of INTO that they are not fixed to."""
    if choice.by == DAY:
        one = replace(choice, month=None, since=value, until=value)
        return replace(one, by=next((into for into in INTO if into not in one.only), DAY)).url
    only = dict(choice.only) if choice.by_tag else {**choice.only, choice.by: value or NONE}
    into = replace(choice, only=only, by=next(into for into in INTO if into not in only), by_tag="")
    if not choice.by_tag:
        return into.url
    tagged = {OTHER_VALUES: OTHERS, WITHOUT_TAG: WITHOUT}.get(value, "")
    tag = TagChoice(key=choice.by_tag, tagged=tagged, value="" if tagged else value[1])
    return replace(into, tags=(*choice.tags, tag)).url


def part_of(
    currency: str,
    *,
    choice: CostChoice,
    span: Span,
    now: Sums,
    before: Sums | None,
    daily: Mapping[Any, Mapping[date, Decimal]],
    top: Sequence[Any],
    long: Sequence[tuple[Any, ...]],
    names: Mapping[str, str],
    most_rows: int,
) -> CostPart:
    """What the page shows in `currency`; `before` is None where there is nothing to compare with."""
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
            LongCharge(name=_long_name(kind, service), first=first, days=days, cost=cost)
            for _, first, days, service, kind, cost in long[:MOST_LONG]
        ),
        has_more_long_charges=len(long) > MOST_LONG,
    )


def _long_name(kind: str, service: str) -> str:
    named = service or "No service named"
    return named if kind in MAIN else f"{KINDS.get(kind, kind)} ({named})"


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
            name=name_of(choice.by, one, names),
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
    daily: Mapping[Any, Mapping[date, Decimal]],
    top: Sequence[Any],
    names: Mapping[str, str],
    main: str,
) -> list[Series]:
    """The largest groups and all others; by days everything is one."""
    if choice.by == DAY:
        return [Series(name=main, colour="1", by_day=daily.get("", {}))]
    named = [
        Series(name=name_of(choice.by, one, names), colour=str(number), by_day=daily.get(one, {}))
        for number, one in enumerate(top, start=1)
    ]
    others: dict[date, Decimal] = {}
    for one, by_day in daily.items():
        if one not in top:
            for day, cost in by_day.items():
                others[day] = others.get(day, NOTHING) + cost
    has_others = any(others.values())
    return [*named, Series(name="All others", colour=REST, by_day=others)] if has_others or not named else named

"""What a unit of each thing that a resource uses has cost over time: a change of price, seen apart from use."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import ROUND_HALF_UP, Context, Decimal, localcontext
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

DIGITS = 6
PRECISION = 100  # sums and quotients are exact to many more digits than are shown, and rounded once
SAME = Decimal("0.0005")
ZERO = Decimal(0)


@dataclass(frozen=True, kw_only=True)
class Charge:
    """What was charged for one thing in one charge period of `charge_days`. `quantity` is None where none is told."""

    charge_date: date
    charge_days: int
    sku_id: str
    name: str
    unit: str
    currency: str
    quantity: Decimal | None
    effective_cost: Decimal
    list_cost: Decimal


@dataclass(frozen=True, kw_only=True)
class Stretch:
    """Charge periods one after the other at one price. Prices are a unit's, rounded to six digits.

    `days_used` are the days with a charge between `first` and `last`; for charges of more than a day `period_days` is
    how many each covers, else 1. The changes are in percent since the stretch before; None where there is none, or
    where the price was nothing.
    """

    first: date
    last: date
    days_used: int
    period_days: int
    quantity: Decimal
    effective: Decimal
    listed: Decimal
    effective_change: Decimal | None = None
    listed_change: Decimal | None = None


@dataclass(frozen=True, kw_only=True)
class PriceHistory:
    """The unit prices of one SKU in one unit and currency: by change, and by day where it is charged by day.

    `by_day` has (day, effective, list) at full precision. `without_quantity` counts charges that have no unit price,
    `cost_without_quantity` is what they cost in effect, `cost` all of it.
    """

    name: str
    sku_id: str
    unit: str
    currency: str
    cost: Decimal
    stretches: tuple[Stretch, ...]
    by_day: tuple[tuple[date, Decimal, Decimal], ...]
    without_quantity: int
    cost_without_quantity: Decimal


@dataclass(frozen=True, kw_only=True)
class _Price:
    day: date
    days: int
    quantity: Decimal
    effective_cost: Decimal
    list_cost: Decimal

    @property
    def effective(self) -> Decimal:
        return self.effective_cost / self.quantity

    @property
    def listed(self) -> Decimal:
        return self.list_cost / self.quantity


def price_histories(charges: Iterable[Charge]) -> tuple[PriceHistory, ...]:
    """A history for each SKU, unit and currency of `charges`, the dearest of a currency first.

    Charges of a day at different prices count together, by what they cost and bought: a commitment that covers half
    of a day's use shows as half of its price cut.
    """
    groups: dict[tuple[str, str, str, str], list[Charge]] = defaultdict(list)
    for charge in charges:
        groups[charge.currency, charge.name, charge.sku_id, charge.unit].append(charge)
    with localcontext(prec=PRECISION):
        histories = [_history(key, group) for key, group in groups.items()]
    return tuple(sorted(histories, key=lambda one: (one.currency, -one.cost, one.name, one.sku_id, one.unit)))


def _history(key: tuple[str, str, str, str], charges: Sequence[Charge]) -> PriceHistory:
    currency, name, sku_id, unit = key
    without = [charge for charge in charges if not charge.quantity]
    prices = _prices(charges)
    return PriceHistory(
        name=name,
        sku_id=sku_id,
        unit=unit,
        currency=currency,
        cost=sum((charge.effective_cost for charge in charges), ZERO),
        stretches=_stretches(prices),
        by_day=tuple((price.day, price.effective, price.listed) for price in prices if price.days == 1),
        without_quantity=len(without),
        cost_without_quantity=sum((charge.effective_cost for charge in without), ZERO),
    )


def _prices(charges: Iterable[Charge]) -> list[_Price]:
    """One a charge period, oldest first. A month-long charge stays one: nobody billed a day of it."""
    periods: dict[tuple[date, int], list[Charge]] = defaultdict(list)
    for charge in charges:
        if charge.quantity:
            periods[charge.charge_date, charge.charge_days].append(charge)
    return [
        _Price(
            day=day,
            days=days,
            quantity=sum((charge.quantity or ZERO for charge in group), ZERO),
            effective_cost=sum((charge.effective_cost for charge in group), ZERO),
            list_cost=sum((charge.list_cost for charge in group), ZERO),
        )
        for (day, days), group in sorted(periods.items())
        if sum((charge.quantity or ZERO for charge in group), ZERO) > 0
    ]


def _stretches(prices: Iterable[_Price]) -> tuple[Stretch, ...]:
    """Runs of periods that cost as much a unit as the first of them, to half a thousandth: bills round their costs."""
    runs: list[list[_Price]] = []
    for price in prices:
        if runs and _goes_on(runs[-1][0], price):
            runs[-1].append(price)
        else:
            runs.append([price])
    found: list[Stretch] = []
    for run in runs:
        stretch = _stretch(run)
        before = found[-1] if found else None
        if before is not None:
            stretch = replace(
                stretch,
                effective_change=_percent(before.effective, stretch.effective),
                listed_change=_percent(before.listed, stretch.listed),
            )
        found.append(stretch)
    return tuple(found)


def _goes_on(first: _Price, price: _Price) -> bool:
    return (
        first.days == price.days and _is_same(first.effective, price.effective) and _is_same(first.listed, price.listed)
    )


def _is_same(one: Decimal, other: Decimal) -> bool:
    return abs(one - other) <= abs(one) * SAME


def _stretch(run: Sequence[_Price]) -> Stretch:
    quantity = sum((price.quantity for price in run), ZERO)
    return Stretch(
        first=run[0].day,
        last=run[-1].day + timedelta(days=run[-1].days - 1),
        days_used=sum(price.days for price in run),
        period_days=run[0].days,
        quantity=quantity,
        effective=_rounded(sum((price.effective_cost for price in run), ZERO) / quantity),
        listed=_rounded(sum((price.list_cost for price in run), ZERO) / quantity),
    )


def _rounded(price: Decimal) -> Decimal:
    return Context(prec=DIGITS, rounding=ROUND_HALF_UP).plus(price)


def _percent(before: Decimal, now: Decimal) -> Decimal | None:
    if not before:
        return None
    return ((now - before) * 100 / before).quantize(Decimal("0.1"), rounding=ROUND_HALF_UP)

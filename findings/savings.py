"""What acting on a finding is worth a month: from the resource's own bill lines, else from prices, else unknown."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import ROUND_DOWN, Decimal
from typing import TYPE_CHECKING

from findings.cost_window import cost_window
from findings.meters import meters as meters_of
from findings.prices import billed_prices, price_name
from findings.shares import resolve

if TYPE_CHECKING:
    from audits.evidence import DayCost, Evidence
    from findings.cost_window import CostWindow
    from findings.prices import Price, PriceTable
    from findings.rule import Share
    from findings.shares import Part

MONTH_DAYS = Decimal("30.4375")
MICRO = Decimal("0.000001")
ZERO = Decimal(0)
CLEARLY_LESS = Decimal("0.9")
FROM_BILL, FROM_PRICES, NOT_KNOWN = "BILL", "PRICES", ""


@dataclass(frozen=True, kw_only=True)
class SumStep:
    """One line of the worked sum: what it is, and its figure with its unit (a currency, "days" or "")."""

    label: str
    amount: Decimal
    unit: str = ""


@dataclass(frozen=True, kw_only=True)
class Saving:
    """What one finding alone saves a month. `monthly` is `cash` plus `frees_commitment`; all None: not known, never 0.

    `monthly_cost` is what the resource costs a month, of which the saving is a part. `basis` says where it comes from:
    BILL (the bill alone), PRICES (nothing is billed, or a price table gave the share) or "" (not known: `why_unknown`
    is a sentence). `price_source` is a phrase for the reader; `days` how many billed days were counted. `meters` are
    the price names that the saving is a part of; empty: it is one of all that the resource costs. `freed` are the
    commitments that cover it, with what is freed of each a month, the most first; they add up to `frees_commitment`
    but for rounding.
    """

    basis: str
    monthly: Decimal | None = None
    cash: Decimal | None = None
    frees_commitment: Decimal | None = None
    monthly_cost: Decimal | None = None
    currency: str = ""
    days: int = 0
    price_source: str = ""
    why_unknown: str = ""
    steps: tuple[SumStep, ...] = ()
    meters: frozenset[str] = frozenset()
    freed: tuple[tuple[str, Decimal], ...] = ()


def monthly_saving(*, saves: Share, evidence: Evidence, listed: PriceTable) -> Saving:
    """What acting saves a month: in one currency, never more than the resource costs, not known where nothing tells.

    `listed` is the price table of the resource's cloud (`findings.prices.table`).
    """
    part = resolve(saves, evidence=evidence, listed=listed)
    if part is None:
        return _not_known(f"Neither the bill nor a price table tells {saves.from_price} and {saves.to_price}.")
    window = cost_window(evidence.thing, evidence.bill)
    lines = () if window is None else _lines_of(saves, window)
    if not saves.part_of and not lines and window is not None and any(price_name(line) for line in window.lines):
        return _not_known(f"The bill charges it under other prices than {' or '.join(sorted(saves.leaves))}.")
    if saves.is_by_list and any(line.commitment_discount_id for line in lines):
        return _not_known(f"A commitment covers it, which may not count for {saves.to_price}.")
    if window is None or not lines or not window.days:
        found = _from_prices(saves, part, evidence, listed, left_out=() if window is None else window.left_out)
        return replace(found, meters=frozenset(saves.part_of))
    currencies = sorted({line.billing_currency for line in window.lines})
    if len(currencies) > 1:
        return _not_known(f"Billed in {' and '.join(currencies)}: two currencies are never added.")
    if saves.part_of or saves.is_of_late:
        window, lines = _as_of_late(window, lines)
    return replace(_from_bill(part, window, lines), meters=frozenset(saves.part_of))


def rounded_down(amount: Decimal) -> Decimal:
    """Rounded down to a millionth, so that parts never add up to more than the whole."""
    return amount.quantize(MICRO, rounding=ROUND_DOWN)


def _not_known(why: str) -> Saving:
    return Saving(basis=NOT_KNOWN, why_unknown=why)


def _lines_of(saves: Share, window: CostWindow) -> tuple[DayCost, ...]:
    """The lines that the action changes: those under the prices it leaves, where the bill tells prices apart.

    Where it does not, a part of the cost cannot be told from the rest.
    """
    if not saves.leaves:
        return window.lines
    if not any(price_name(line) for line in window.lines):
        return () if saves.part_of else window.lines
    return tuple(line for line in window.lines if price_name(line) in saves.leaves)


def _as_of_late(window: CostWindow, lines: tuple[DayCost, ...]) -> tuple[CostWindow, tuple[DayCost, ...]]:
    """The last complete day alone, where it costs clearly less: what was made smaller saves only what is left of it."""
    last = replace(window, first=window.last)
    of_last = tuple(line for line in lines if last.cost(line))
    late, all_days = (sum((one.cost(line) for line in lines), ZERO) for one in (last, window))
    if of_last and late * window.days < all_days * CLEARLY_LESS:
        return last, of_last
    return window, lines


def _from_bill(part: Part, window: CostWindow, lines: tuple[DayCost, ...]) -> Saving:
    currency = lines[0].billing_currency
    covered = sum((window.cost(line) for line in lines if line.commitment_discount_id), ZERO)
    uncovered = sum((window.cost(line) for line in lines if not line.commitment_discount_id), ZERO)
    cash = rounded_down(uncovered * part.fraction * MONTH_DAYS / window.days)
    frees = rounded_down(covered * part.fraction * MONTH_DAYS / window.days)
    cost = (covered + uncovered) * MONTH_DAYS / window.days
    whole = sum((window.cost(line) for line in window.lines), ZERO) * MONTH_DAYS / window.days
    steps = [
        SumStep(label=f"Charged for usage, {window.first} to {window.last}", amount=covered + uncovered, unit=currency),
        *_taken_off(window, lines, currency),
        *_left_out(window, currency),
        SumStep(label="Divided by its complete billed days", amount=Decimal(window.days), unit="days"),
        SumStep(label="Times the days of a month", amount=MONTH_DAYS, unit="days"),
        SumStep(label="Costs a month", amount=rounded_down(cost), unit=currency),
        SumStep(label=part.label, amount=part.fraction),
        SumStep(label="Saves a month", amount=cash + frees, unit=currency),
    ]
    if covered:
        steps.append(SumStep(label="of it cash", amount=cash, unit=currency))
        steps.append(SumStep(label="of it a commitment freed for other use", amount=frees, unit=currency))
    return Saving(
        basis=FROM_BILL if part.is_from_bill else FROM_PRICES,
        monthly=cash + frees,
        cash=cash,
        frees_commitment=frees,
        monthly_cost=whole,
        currency=currency,
        days=window.days,
        price_source="its own bill lines" + (f" and {part.source}" if part.source else ""),
        steps=tuple(steps),
        freed=_freed(part, window, lines),
    )


def _freed(part: Part, window: CostWindow, lines: tuple[DayCost, ...]) -> tuple[tuple[str, Decimal], ...]:
    costs: dict[str, Decimal] = {}
    for line in lines:
        if line.commitment_discount_id:
            held = costs.get(line.commitment_discount_id, ZERO)
            costs[line.commitment_discount_id] = held + window.cost(line)
    freed = ((name, rounded_down(cost * part.fraction * MONTH_DAYS / window.days)) for name, cost in costs.items())
    return tuple(sorted(freed, key=lambda one: (-one[1], one[0])))


def _taken_off(window: CostWindow, lines: tuple[DayCost, ...], currency: str) -> list[SumStep]:
    """What discounts on lines of their own took off these lines: the first figure is less it already."""
    meters = {line.usage_type for line in lines}
    off = sum((window.cost(one) for one in window.discounts if one.usage_type in meters), ZERO)
    return [SumStep(label="Discounts within it", amount=off, unit=currency)] if off else []


def _left_out(window: CostWindow, currency: str) -> list[SumStep]:
    """Credits, tax and the like are shown beside the sum, never added to it."""
    totals: dict[str, Decimal] = {}
    for line in window.left_out:
        if line.billing_currency == currency:
            name = line.charge_class or ("Refund" if line.charge_category == "Usage" else line.charge_category)
            totals[name] = totals.get(name, ZERO) + window.cost(line)
    return [SumStep(label=f"Left out: {name}", amount=totals[name], unit=currency) for name in sorted(totals)]


def _from_prices(
    saves: Share, part: Part, evidence: Evidence, listed: PriceTable, *, left_out: tuple[DayCost, ...]
) -> Saving:
    """Nothing is billed for the resource: its meters at the unit prices of the same bill, else at list prices."""
    meters = meters_of(evidence.thing)
    if saves.part_of:
        meters = tuple(meter for meter in meters if meter[0] in saves.part_of)
    names = [name for name, _ in meters]
    region = evidence.thing.region
    found = billed_prices(evidence.bill.rates, region=region).of(names) or listed.region(region).of(names)
    if not found:
        return _not_known(_why_no_price(left_out))
    units = [units for _, units in meters]
    cost = sum((count * price.unit_price for count, price in zip(units, found, strict=True)), ZERO)
    monthly = rounded_down(cost * part.fraction)
    currency = found[0].currency
    return Saving(
        basis=FROM_PRICES,
        monthly=monthly,
        cash=monthly,
        frees_commitment=ZERO,
        monthly_cost=cost,
        currency=currency,
        price_source=found[0].source,
        steps=(
            *_meter_steps(meters, found),
            SumStep(label=part.label, amount=part.fraction),
            SumStep(label="Would save a month", amount=monthly, unit=currency),
        ),
    )


def _why_no_price(left_out: tuple[DayCost, ...]) -> str:
    if not left_out:
        return "The bill has no line for it, and no price of it is known."
    kinds = sorted({line.charge_class or line.charge_category for line in left_out})
    return (
        f"On its complete days the bill has no charge for its usage, only {' and '.join(kinds)}, which is no monthly "
        "cost, and no price of it is known."
    )


def _meter_steps(meters: tuple[tuple[str, Decimal], ...], found: tuple[Price, ...]) -> list[SumStep]:
    return [
        SumStep(
            label=f"{name}: {units:,} units a month at {price.unit_price:.6f}, by {price.source}",
            amount=rounded_down(units * price.unit_price),
            unit=price.currency,
        )
        for (name, units), price in zip(meters, found, strict=True)
    ]

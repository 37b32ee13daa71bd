"""A rule's share resolved to a fraction of what the resource costs: given, or from two prices."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from findings.prices import billed_prices

if TYPE_CHECKING:
    from audits.evidence import Evidence
    from findings.prices import Prices, PriceTable
    from findings.rule import Share

ZERO = Decimal(0)


@dataclass(frozen=True, kw_only=True)
class Part:
    """The fraction that is saved, in words for the worked sum, and which prices gave it ("" where none were needed)."""

    fraction: Decimal
    label: str
    source: str = ""
    is_from_bill: bool = True


def resolve(saves: Share, *, evidence: Evidence, listed: PriceTable) -> Part | None:
    """The fraction that is saved; None where a price is missing.

    All prices come from the customer's bill or all from the table, so that the ratio is fair; a list price of the
    table's home region serves as a ratio elsewhere, since two prices keep their ratio between regions.
    """
    if saves.fraction is not None:
        label = "All of it is saved" if saves.fraction == 1 else "The part that is saved"
        source = "the provider's list prices, of which it is the difference" if saves.is_by_list else ""
        return Part(fraction=saves.fraction, label=label, source=source, is_from_bill=not saves.is_by_list)
    region = evidence.thing.region
    rates = () if saves.is_by_list else evidence.bill.rates
    billed = _ratio(saves, billed_prices(rates, region=region), is_from_bill=True)
    return billed or (
        _ratio(saves, listed.region(region), is_from_bill=False)
        or _ratio(saves, listed.region(listed.home), is_from_bill=False)
    )


def _ratio(saves: Share, source: Prices, *, is_from_bill: bool) -> Part | None:
    on_top, besides = saves.extras, saves.besides
    names = [saves.from_price or "", saves.to_price or "", *(name for name, _ in (*on_top, *besides))]
    found = source.of(names)
    if found is None or found[0].unit_price <= 0:
        return None
    now = saves.quantity * found[0].unit_price
    then = saves.quantity * found[1].unit_price
    split = 2 + len(on_top)
    then += sum((units * price.unit_price for (_, units), price in zip(on_top, found[2:split], strict=True)), ZERO)
    now += sum((units * price.unit_price for (_, units), price in zip(besides, found[split:], strict=True)), ZERO)
    to, left = f"{saves.to_price}{_units(on_top)}", f"{saves.from_price}{_units(besides)}"
    label = f"Saved by paying {then:,.4f} for {to} instead of {now:,.4f} for {left}"
    # What the new way costs more saves nothing: a saving is never negative.
    fraction = min(Decimal(1), max(ZERO, 1 - then / now))
    return Part(fraction=fraction, label=label, source=found[0].source, is_from_bill=is_from_bill)


def _units(meters: tuple[tuple[str, Decimal], ...]) -> str:
    return "".join(f" and {units:,} units of {name}" for name, units in meters)

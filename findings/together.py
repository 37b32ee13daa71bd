"""The totals of a list in one currency, where somebody asks for it: by which rates, and what is left out."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date

    from audits.rates import Converted, Display
    from findings.queries import CurrencyTotal, Totals

ZERO = Decimal(0)


@dataclass(frozen=True, kw_only=True)
class Part:
    """One currency's total and what it is converted to; `converted` is None where it is in that currency already."""

    total: CurrencyTotal
    converted: Converted | None


@dataclass(frozen=True, kw_only=True)
class Together:
    """The sum in `currency` of what is in it or could be converted. `left_out` has no rate and is in no sum."""

    currency: str
    monthly: Decimal
    parts: tuple[Part, ...]
    left_out: tuple[CurrencyTotal, ...]


def together(totals: Totals, shown: Display, *, day: date) -> Together | None:
    """`totals` in the currency that is shown, by the rates for `day`; None where none is asked for."""
    if not shown.into:
        return None
    parts, left_out, monthly = [], [], ZERO
    for total in totals.currencies:
        converted = shown.of(total.monthly, total.currency, day=day)
        if converted is None and total.currency != shown.into:
            left_out.append(total)
            continue
        parts.append(Part(total=total, converted=converted))
        monthly += total.monthly if converted is None else converted.amount
    return Together(currency=shown.into, monthly=monthly, parts=tuple(parts), left_out=tuple(left_out))

"""How an amount is written: two places, thousands apart, and never a zero where it is not known."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

from audits import spreadsheet

CENT = Decimal("0.01")
UNKNOWN = "unknown"


def amount(value: Decimal | None) -> str:
    """1,234.56; what is above zero and under a cent is "< 0.01"; None is "unknown"."""
    if value is None:
        return UNKNOWN
    if 0 < abs(value) < CENT:
        return "< 0.01" if value > 0 else "> -0.01"
    return f"{value.quantize(CENT, rounding=ROUND_HALF_UP):,}"


def plain(value: Decimal | None) -> str:
    """All digits without thousands, for files; None is an empty cell, which no program reads as 0 by itself."""
    return "" if value is None else spreadsheet.plain(value)

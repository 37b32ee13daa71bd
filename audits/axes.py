"""The axes of charts that the server draws: places, labels, and a scale that reads well."""

from __future__ import annotations

import math
from dataclasses import dataclass

STEPS = (1, 1.2, 1.6, 2, 2.4, 3.2, 4, 5, 6, 8, 10, 12)


@dataclass(frozen=True, kw_only=True)
class Box:
    """A rectangle."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, kw_only=True)
class Tick:
    """A label beside an axis, at its place along it."""

    at: float
    label: str


def round_up(value: float) -> float:
    """The next of STEPS times a power of ten, with some air above: a scale that reads well in four parts."""
    if value <= 0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(value))
    return next(step * power for step in STEPS if step * power >= value * 1.05)


def number(value: float) -> str:
    """Four figures, or whole numbers with thousands apart."""
    return f"{value:,.4g}" if abs(value) < 1000 else f"{value:,.0f}"  # noqa: PLR2004 - as the sentence says

"""Daily usage, made up from a seed: busy machines, idle ones, quiet gateways, and days for which there is nothing.

A daily value sits on its UTC midnight. The last day is the one before `as_of`; today has no complete day yet.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.aws.model import HISTORY_DAYS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from random import Random

Values = dict[str, list[float | None]]
MIB = 1024 * 1024


def gauge(random: Random, *, low: float, high: float, peak: float) -> Values:
    """A percentage or a count: its average wanders between low and high, its maximum between high and peak."""
    average: list[float | None] = []
    maximum: list[float | None] = []
    minimum: list[float | None] = []
    for _ in range(HISTORY_DAYS):
        mean = random.uniform(low, high)
        average.append(round(mean, 3))
        maximum.append(round(random.uniform(max(mean, high), peak), 3))
        minimum.append(round(mean * random.uniform(0.1, 0.6), 3))
    return {"Average": average, "Maximum": maximum, "Minimum": minimum}


def counter(random: Random, *, low: float, high: float) -> Values:
    """Bytes or requests: a sum a day, the samples' average, maximum and minimum derived from it."""
    sums = [float(round(random.uniform(low, high))) for _ in range(HISTORY_DAYS)]
    spread: Values = {
        "Sum": list(sums),
        "Average": [round(value / 288, 3) for value in sums],
        "Maximum": [round(value / 288 * 3, 3) for value in sums],
        "Minimum": [round(value / 288 / 4, 3) for value in sums],
    }
    return spread


def flat(value: float) -> Values:
    return {name: [value] * HISTORY_DAYS for name in ("Sum", "Average", "Maximum", "Minimum")}


def minutes(*, total: float, busiest: float) -> Values:
    """The same day again and again: what it counts in all, and in its busiest minute."""
    values = {"Sum": total, "Maximum": busiest, "Average": min(total / 1440, busiest), "Minimum": 0.0}
    return {name: [value] * HISTORY_DAYS for name, value in values.items()}


def index(days_ago: int) -> int:
    """Where the day so many days before `as_of` stands; 1 is the last complete day."""
    return HISTORY_DAYS - days_ago


def without(values: Values, is_missing: Callable[[int], bool]) -> Values:
    """The same series without the days for which `is_missing(days ago)` holds."""
    return {
        name: [None if is_missing(HISTORY_DAYS - at) else value for at, value in enumerate(series)]
        for name, series in values.items()
    }


def raised(values: Values, *, days_ago: Iterable[int], to: float, statistics: tuple[str, ...]) -> Values:
    """The same series with some days lifted to a value, in the named statistics."""
    lifted = {name: list(series) for name, series in values.items()}
    for name in statistics:
        for day in days_ago:
            lifted[name][index(day)] = to
    return lifted

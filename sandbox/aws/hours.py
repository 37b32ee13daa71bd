"""The hours of a day and percentiles: made up hour by hour where a family says so, else drawn from the day's values.

Whatever is asked adds up: the highest hour of a day is the day's maximum, its sums make the day's sum, and a percentile
lies where average and maximum leave it room.
"""

from __future__ import annotations

import math
import re
from datetime import timedelta
from typing import TYPE_CHECKING

from sandbox.aws.model import HISTORY_DAYS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime
    from random import Random

    from sandbox.aws.usage import Values

HOURS = 24
SAMPLES_OF_AN_HOUR = 12
PEAK_HOUR, LOW_HOUR = 14, 2
# How a day runs of which only the day's values are known: half above its average at the peak, as much below at night.
COURSE = [1 + 0.5 * math.cos(2 * math.pi * (hour - PEAK_HOUR) / HOURS) for hour in range(HOURS)]
PERCENTILE = re.compile(r"p(\d{1,2}(?:\.\d{1,2})?)")
WORKING_DAYS, WORKING_HOURS = range(5), range(8, 18)


def percentile(statistic: str) -> float | None:
    """The share of values below, 0 to 1, that a statistic such as p95 or p99.5 asks for; None for any other."""
    found = PERCENTILE.fullmatch(statistic)
    return float(found[1]) / 100 if found else None


def value(values: Mapping[str, list[float | None]], statistic: str, at: int) -> float | None:
    """The value of one day or hour. A percentile that nobody wrote down lies between least, average and highest."""
    if statistic in values:
        return values[statistic][at]
    share = percentile(statistic)
    known = [values[name][at] if name in values else None for name in ("Minimum", "Average", "Maximum")]
    low, mean, high = known
    if share is None or low is None or mean is None or high is None:
        return None
    if share <= 0.5:  # noqa: PLR2004
        return low + (mean - low) * share * 2
    return mean + (high - mean) * (share - 0.5) * 2


def of_day(values: Mapping[str, list[float | None]], day: int) -> Values:
    """The 24 hours of one day, drawn from the day's values. A day without data has none."""
    known = {name: series[day] for name, series in values.items() if percentile(name) is None}
    hours: Values = {name: [None] * HOURS for name in known}
    for hour, found in enumerate(_hours({name: one for name, one in known.items() if one is not None})):
        for name, one in found.items():
            hours[name][hour] = one
    return hours


def _hours(day: Mapping[str, float]) -> list[dict[str, float]]:
    low, mean, high = (day.get(name) for name in ("Minimum", "Average", "Maximum"))
    found: list[dict[str, float]] = [{} for _ in range(HOURS)]
    if low is not None and mean is not None and high is not None:
        room = min(mean - low, high - mean)
        for hour, part in enumerate(found):
            average = mean + (COURSE[hour] - 1) * room
            part["Average"] = average
            part["Maximum"] = high if hour == PEAK_HOUR else (average + high) / 2
            part["Minimum"] = low if hour == LOW_HOUR else (average + low) / 2
    if (total := day.get("Sum")) is not None:
        left = total
        for hour, part in enumerate(found):
            part["Sum"] = left if hour == HOURS - 1 else float(math.floor(total * COURSE[hour] / HOURS))
            left -= part["Sum"]
    return found


def at_work(random: Random, as_of: datetime, *, low: float, high: float) -> Values:
    """Hour by hour, a gauge that is between low and high on working days from 8 to 18 UTC, and hardly moves else."""
    hourly: Values = {"Average": [], "Maximum": [], "Minimum": []}
    for hour in range(HISTORY_DAYS * HOURS):
        moment = as_of - timedelta(hours=HISTORY_DAYS * HOURS - hour)
        is_working = moment.weekday() in WORKING_DAYS and moment.hour in WORKING_HOURS
        mean = random.uniform(low, high) if is_working else random.uniform(low / 50, low / 25)
        hourly["Average"].append(round(mean, 3))
        hourly["Maximum"].append(round(mean * 1.2, 3))
        hourly["Minimum"].append(round(mean * 0.7, 3))
    return hourly


def counted(hourly: Values) -> Values:
    """The same course as a counter, with sums of its samples."""
    return hourly | {"Sum": [None if one is None else round(one * SAMPLES_OF_AN_HOUR, 3) for one in hourly["Average"]]}


def by_day(hourly: Values) -> Values:
    """Each day's values of a series that was made hour by hour."""
    daily: Values = {}
    joins: dict[str, Callable[[list[float]], float]] = {"Maximum": max, "Minimum": min, "Sum": math.fsum}
    for name, series in hourly.items():
        join = joins.get(name, _mean)
        days = [series[start : start + HOURS] for start in range(0, len(series), HOURS)]
        known = [[one for one in day if one is not None] for day in days]
        daily[name] = [float(join(day)) if day else None for day in known]
    return daily


def _mean(values: list[float]) -> float:
    return math.fsum(values) / len(values)

"""What a function was seen to do, day by day: calls, errors, time, and memory where Lambda Insights measures it. Pure.

Lambda tells CloudWatch of calls, errors and time only where there are any; a percentile of nothing is none.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from connections.resources import Metric
from findings.rule import Fine, Unknown, counted

if TYPE_CHECKING:
    from collections.abc import Callable

    from audits.evidence import Usage
    from connections.resources.functions import Function

CALLS = Metric(name="Invocations", statistic="Sum", unit="calls", is_silent_at_zero=True)
ERRORS = Metric(name="Errors", statistic="Sum", unit="calls", is_silent_at_zero=True)
TIME = Metric(name="Duration", statistic="Sum", unit="ms", is_silent_at_zero=True)
SLOWEST_TENTH = Metric(name="Duration", statistic="p90", unit="ms")
AT_ONCE = Metric(name="ConcurrentExecutions", statistic="Maximum", unit="environments")
OUTCOMES = (CALLS, ERRORS, TIME, SLOWEST_TENTH)
INSIGHTS = "LambdaInsights"
MEMORY = Metric(name="used_memory_max", statistic="Maximum", unit="MB", namespace=INSIGHTS)
PROCESSOR = Metric(name="cpu_total_time", statistic="Sum", unit="ms", namespace=INSIGHTS)
HOUR_MS, GIB_MIB = 3_600_000, 1024
AT_THE_LIMIT = 0.98  # of the time limit: what CloudWatch tells of a percentile is not exact
BEYOND_THE_LIMIT = 1.05  # what takes clearly longer has another limit than the function's own
TENTH = 0.1
LEAST_DAYS = 3  # with calls: fewer are an incident


def charged_otherwise(function: Function) -> Fine | Unknown | None:
    """What to say of a function that its memory and time do not price; None of any other."""
    if function.is_on_own_machines:
        return Fine("It runs on machines that are charged as such.")
    if function.has_accelerator:
        return Unknown("what its time costs: an accelerator computes for it, and memory alone does not price that")
    return None


@dataclass(frozen=True, kw_only=True)
class Day:
    """One day: how often it was called, how many calls ended in an error, how long all took together, and what nine
    of ten did not exceed.
    """

    calls: float
    errors: float
    time_ms: float
    p90_ms: float

    def is_failing(self, *, percent: float) -> bool:
        """Whether more than so many of its calls ended in an error."""
        return self.errors > self.calls * percent / 100

    def is_beyond(self, function: Function) -> bool:
        """Whether a tenth of its calls and more took longer than the function's time limit lets them."""
        return self.p90_ms > BEYOND_THE_LIMIT * function.timeout_seconds * 1000

    def is_timed_out(self, function: Function) -> bool:
        """Whether a tenth of its calls and more ran until the function's time limit cut them off."""
        is_at_limit = self.p90_ms >= AT_THE_LIMIT * function.timeout_seconds * 1000
        return is_at_limit and self.errors >= TENTH * self.calls


def days_all(usage: Usage, *, days: int, are: Callable[[Day], bool]) -> tuple[Day, ...] | Fine | Unknown:
    """The days with calls, where all of them are so; Fine where one is not, or where there are too few to tell."""
    found = _days(usage, days=days)
    called = tuple(day for day in found if day is not None and day.calls)
    if any(not are(day) for day in called):
        return Fine()
    if None in found:
        return Unknown(f"its calls, errors and their time on every one of the last {counted(days, 'day')}")
    return called if len(called) >= LEAST_DAYS else Fine(f"Called on {counted(len(called), 'day')} only.")


def peak_at_once(usage: Usage, *, days: int) -> tuple[float, bool]:
    """How many of its calls were at work at once at most, and whether that is known of every day with calls."""
    columns = zip(*(usage.days(metric, days=days) for metric in (CALLS, AT_ONCE)), strict=True)
    found = [0.0 if calls == 0 else at_once for calls, at_once in columns]
    known = [value for value in found if value is not None]
    return max(known, default=0.0), len(known) == len(found)


def gib_hours(function: Function, *, time_ms: float) -> float:
    """What Lambda charges so much time of it for, in GiB-hours."""
    return time_ms / HOUR_MS * function.memory_mib / GIB_MIB


def total_ms(usage: Usage, *, days: int) -> float | None:
    """How long all its calls took together; None where a day is not known."""
    known = usage.complete_days(TIME, days=days)
    return None if known is None else math.fsum(known)


def _days(usage: Usage, *, days: int) -> tuple[Day | None, ...]:
    columns = zip(*(usage.days(metric, days=days) for metric in OUTCOMES), strict=True)
    return tuple(_day(*values) for values in columns)


def _day(calls: float | None, errors: float | None, time_ms: float | None, p90_ms: float | None) -> Day | None:
    if calls is None or errors is None or time_ms is None or (calls and p90_ms is None):
        return None
    return Day(calls=calls, errors=errors, time_ms=time_ms, p90_ms=p90_ms or 0.0)

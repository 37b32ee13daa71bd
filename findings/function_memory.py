"""How much memory a function would do with, and what it would cost then, by what Lambda Insights measured. Pure.

A function is given processor in proportion to its memory. So with less memory that part of a call's time grows in which
it computes, and what is left of the rest does not.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from findings.function_usage import CALLS, MEMORY, PROCESSOR, TIME

if TYPE_CHECKING:
    from audits.evidence import Usage
    from connections.resources.functions import Function

LEAST_MIB, STEP_MIB = 128, 64
PROCESSOR_MIB = 1769  # with so much it has one processor, as AWS documents
HEADROOM = 1.3


@dataclass(frozen=True, kw_only=True)
class Need:
    """The most that its calls needed on the days that are known: memory, whatever it had at the time, and processors
    at work on average. `is_whole`: every day is known.
    """

    memory_mib: float
    processors: float
    is_whole: bool


def need_of(usage: Usage, *, days: int) -> Need:
    """What the calls of the last `days` needed; a day without calls needs nothing."""
    columns = zip(*(usage.days(metric, days=days) for metric in (CALLS, TIME, MEMORY, PROCESSOR)), strict=True)
    found = [_day(*values) for values in columns]
    known = [day for day in found if day is not None]
    return Need(
        memory_mib=max((memory for memory, _ in known), default=0.0),
        processors=max((processors for _, processors in known), default=0.0),
        is_whole=len(known) == days,
    )


def enough_mib(function: Function, need: Need) -> int:
    """Memory that holds all that was needed, with room."""
    mib = need.memory_mib * HEADROOM
    return min(function.memory_mib, max(LEAST_MIB, math.ceil(mib / STEP_MIB) * STEP_MIB))


def saved_share(function: Function, need: Need) -> float:
    """How much less Lambda would charge for its calls with `enough_mib`, longer as they may take: 0.4 is 40 %."""
    mib = enough_mib(function, need)
    now, then = function.memory_mib / PROCESSOR_MIB, mib / PROCESSOR_MIB
    alone = 1 / min(1.0, then) - 1 / min(1.0, now)  # where one thread computes
    spread = 1 / then - 1 / now  # where all processors do
    return 1 - mib / function.memory_mib * (1 + need.processors * max(alone, spread))


def _day(
    calls: float | None, time_ms: float | None, memory: float | None, processor_ms: float | None
) -> tuple[float, float] | None:
    if calls == 0:
        return 0.0, 0.0
    if calls is None or not time_ms or memory is None or processor_ms is None:
        return None
    return memory, processor_ms / time_ms

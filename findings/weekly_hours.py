"""In which hours of the week a machine is used, by four weeks of hourly values, in UTC. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

HOURS, WEEK = 24, 168
NAMES = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def used_hours(was_used: Sequence[bool], *, until: date) -> tuple[bool, ...]:
    """For each hour of the week, Monday's midnight first, whether it was used in any of the weeks.

    `was_used` has an entry for each hour of the days before `until`.
    """
    start = until.weekday() * HOURS - len(was_used)
    return tuple(any(was_used[(hour - start) % WEEK :: WEEK]) for hour in range(WEEK))


def off_hours(week: Sequence[bool], *, shortest: int) -> int:
    """How many hours of the week lie in stretches without use of `shortest` hours and more; Sunday runs into Monday."""
    if not any(week):
        return WEEK
    turn = week.index(True)
    total = run = 0
    for is_used in (*week[turn:], *week[:turn], True):
        total += run if is_used and run >= shortest else 0
        run = 0 if is_used else run + 1
    return total


def told(week: Sequence[bool]) -> str:
    """The used hours of each day in words: "Mon to Fri 08-18, Sat 09-12", times in UTC; an end is not included."""
    days = [_of_day(week[day * HOURS : (day + 1) * HOURS]) for day in range(len(NAMES))]
    parts: list[tuple[int, int, str]] = []
    for day, hours in enumerate(days):
        if hours and parts and parts[-1][1] == day - 1 and parts[-1][2] == hours:
            parts[-1] = (parts[-1][0], day, hours)
        elif hours:
            parts.append((day, day, hours))
    return ", ".join(
        (NAMES[first] if first == last else f"{NAMES[first]} to {NAMES[last]}") + f" {hours}"
        for first, last, hours in parts
    )


def _of_day(hours: Sequence[bool]) -> str:
    starts = [hour for hour in range(HOURS) if hours[hour] and (hour == 0 or not hours[hour - 1])]
    ends = [hour + 1 for hour in range(HOURS) if hours[hour] and (hour == HOURS - 1 or not hours[hour + 1])]
    return " and ".join(f"{start:02}-{end:02}" for start, end in zip(starts, ends, strict=True))

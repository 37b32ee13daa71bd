"""What is used of a table's capacity hour by hour, and what less would have done. Pure.

By the hour, since what is kept has to hold the busiest one. CloudWatch writes nothing for an hour in which nothing was
used. What was used under another capacity tells nothing of the one that is kept now: less may have been let through.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING

from connections.resources.thing import HOUR
from findings.rule import UNTOLD, Fine, Share, Unknown, counted
from findings.table_usage import (
    KEPT,
    READS,
    WRITE_WEIGHT,
    WRITES,
    not_looked_at,
    priced_otherwise,
    scaled_by_itself,
    unread_capacity,
)

if TYPE_CHECKING:
    from audits.evidence import Usage
    from connections.resources.tables import Table

HOURLY = tuple(replace(metric, period_seconds=HOUR) for metric in (READS, WRITES))
METERS = ("ReadCapacityUnit-Hrs", "WriteCapacityUnit-Hrs")
LEAST_UNITS = 1
FILL_PERCENT, LEAST_PERCENT = 40, 30  # how full the busiest hour may be, and how much is worth a change
ROUNDED = 0.01
SCALED_TO = 70  # percent in use that automatic scaling aims at, where nobody says otherwise


@dataclass(frozen=True, kw_only=True)
class Hours:
    """Units a second that were used in each hour, on average within it."""

    reads: tuple[float, ...]
    writes: tuple[float, ...]

    @property
    def busiest(self) -> tuple[float, float]:
        """The most of reads and of writes."""
        return max(self.reads), max(self.writes)


def hours_of(table: Table, usage: Usage, *, days: int) -> Hours | Fine | Unknown:
    """The hours of the last `days`, or what to say of a table whose hours are not looked at, or were not read."""
    fine = not_looked_at(table) or priced_otherwise(table)
    if left := fine or unread_capacity(table, usage, days=days):
        return left
    if was_other(table, usage, days=days):
        return scaled_by_itself(table) or Unknown("what it uses of the capacity that it has: it had another lately")
    if not all(usage.was_read(metric, days=days) for metric in HOURLY):
        return Unknown(f"what was used of it in each hour of the last {counted(days, 'day')}")
    reads, writes = (tuple((units or 0.0) / HOUR for units in usage.hours(metric, days=days)) for metric in HOURLY)
    if not any(reads) and not any(writes):
        return Fine("Nobody uses it: how much is kept is not the question.")
    return Hours(reads=reads, writes=writes)


def was_other(table: Table, usage: Usage, *, days: int) -> bool:
    """Whether on one of these days another capacity was kept for it than is now."""
    pairs = zip(KEPT, (table.read_units, table.write_units), strict=True)
    return any(
        value is None or abs(value - units) > ROUNDED
        for metric, units in pairs
        for value in usage.days(metric, days=days)
    )


def at_most(units: float, kept: int, *, percent: int) -> int:
    """What has to be kept so that so many units are `percent` of it; never more than is kept now."""
    return min(kept, max(LEAST_UNITS, math.ceil(round(units * 100 / percent, 6))))


def lowered(table: Table, hours: Hours, *, percent: int) -> tuple[int, int]:
    """Reads and writes that would do at all hours, with the busiest at `percent` of them."""
    reads, writes = hours.busiest
    return at_most(reads, table.read_units, percent=percent), at_most(writes, table.write_units, percent=percent)


def saved(table: Table, *, reads: float, writes: float) -> Share:
    """What is saved where so many units are kept instead: a write costs as much as five reads."""
    now = table.read_units + WRITE_WEIGHT * table.write_units
    then = Decimal(repr(round(reads + WRITE_WEIGHT * writes, 6)))
    return Share(fraction=max(Decimal(0), 1 - then / now), part_of=METERS)


def told(table: Table, share: Share) -> Share:
    """What is saved of a table's capacity: of one with indexes there is no figure, as its bill has theirs in it."""
    return UNTOLD if table.index_names else share


def scaled(table: Table, hours: Hours) -> tuple[float, float]:
    """What automatic scaling would have kept of reads and of writes, on average."""
    pairs = ((hours.reads, table.read_units), (hours.writes, table.write_units))
    reads, writes = (
        math.fsum(at_most(units, kept, percent=SCALED_TO) for units in of_hours) / len(of_hours)
        for of_hours, kept in pairs
    )
    return reads, writes

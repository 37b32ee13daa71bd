"""How much storage a database would do with: what it fills, what it gains in a year, and its operations. Pure."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from connections.resources import Metric
from findings.rule import Fine, Unknown, counted, unmeasured

if TYPE_CHECKING:
    from collections.abc import Sequence

    from audits.evidence import Usage
    from connections.resources import Database

FREE = Metric(name="FreeStorageSpace", statistic="Minimum", unit="bytes")
OPERATIONS = tuple(Metric(name=name, statistic="Maximum", unit="operations/s") for name in ("ReadIOPS", "WriteIOPS"))
DISKS = tuple(Metric(name=name, statistic="Maximum", unit="bytes/s") for name in ("ReadThroughput", "WriteThroughput"))
SEEN = (FREE, *OPERATIONS, *DISKS)
# What is charged for storage alone, by its type. Of types with operations of their own, size is not what is paid for.
METERS = {kind: (f"RDS:{kind.upper()}-Storage", f"RDS:Multi-AZ-{kind.upper()}-Storage") for kind in ("gp2", "gp3")}
GIB = 1024**3
YEAR_DAYS = 365
LEAST_GIB = 20
GP2_PER_GIB, GP2_LEAST, GP2_MOST = 3, 100, 64_000
GP3_BASELINE = 3_000  # more from some size on, by engine; without it no more than this is sure

RATE_BASELINE = 125 * 1024**2  # bytes a second, of either type


@dataclass(frozen=True, kw_only=True)
class Stored:
    """What was free on each day, the most operations a second, and what its disks moved on each day (None: unknown)."""

    free: tuple[float, ...]
    operations: float
    moved: tuple[float | None, ...]


def demand_of(database: Database, usage: Usage, *, days: int) -> Stored | Fine | Unknown:
    """What a database did with its storage on the last `days` complete days, or what to say where that is not known."""
    if database.further_volumes:
        return Unknown(f"what it fills of each of its {counted(len(database.further_volumes) + 1, 'volume')}")
    free = usage.complete_days(FREE, days=days)
    peaks = [value for value in usage.total(*OPERATIONS, days=days) if value is not None]
    if free is None or len(peaks) < days:
        return unmeasured(database, since=database.created_at, days=days, what="free storage and operations")
    if max(free) > database.storage_gib * GIB:
        return Unknown("what it fills of its storage: on some days more was free than it has, so it had more then")
    return Stored(free=free, operations=max(peaks), moved=usage.total(*DISKS, days=days))


def needs_its_size(found: Stored, *, storage_type: str, gib: int, days: int) -> Fine | Unknown | None:
    """What to say where storage of `gib` is not sure to be as quick as what was seen; None where it is."""
    if found.operations > sustained(storage_type, gib):
        return Fine("Its size gives it operations a second that it uses.")
    moved = [value for value in found.moved if value is not None]
    if len(moved) < days:
        return Unknown(f"what its disks read and wrote on every one of the last {counted(days, 'day')}")
    if max(moved) > RATE_BASELINE:
        return Fine("It reads and writes more a second than less storage is sure to give.")
    return None


def wanted_gib(database: Database, free: Sequence[float], *, fill_percent: int) -> int:
    """Storage that its most, and what it gains in a year as it did from the first of these days to the last, fills to
    `fill_percent`.
    """
    used = [database.storage_gib - one / GIB for one in free]
    gained = max(0.0, used[-1] - used[0]) * YEAR_DAYS / max(1, len(used) - 1)
    return max(LEAST_GIB, math.ceil((max(used) + gained) * 100 / fill_percent))


def sustained(storage_type: str, gib: int) -> int:
    """Operations a second that storage of a type and size sustains without paying for them apart."""
    return min(GP2_MOST, max(GP2_LEAST, GP2_PER_GIB * gib)) if storage_type == "gp2" else GP3_BASELINE

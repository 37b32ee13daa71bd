"""How much storage a database would do with: what it fills, what it gains in a year, and its operations. Pure."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from connections.resources import Metric

if TYPE_CHECKING:
    from collections.abc import Sequence

    from connections.resources import Database

FREE = Metric(name="FreeStorageSpace", statistic="Minimum", unit="bytes")
OPERATIONS = tuple(Metric(name=name, statistic="Maximum", unit="operations/s") for name in ("ReadIOPS", "WriteIOPS"))
# What is charged for storage alone, by its type. Of types with operations of their own, size is not what is paid for.
METERS = {kind: (f"RDS:{kind.upper()}-Storage", f"RDS:Multi-AZ-{kind.upper()}-Storage") for kind in ("gp2", "gp3")}
GIB = 1024**3
YEAR_DAYS = 365
LEAST_GIB = 20
GP2_PER_GIB, GP2_LEAST, GP2_MOST = 3, 100, 64_000
GP3_BASELINE = 3_000  # more from some size on, by engine; without it no more than this is sure


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

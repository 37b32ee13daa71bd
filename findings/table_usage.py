"""How much of what is kept for a table is used, by what the two cost. Pure.

CloudWatch keeps what is used under the table's name without that of its indexes, and writes nothing for a day on
which nothing was used. What is kept for it, it writes every five minutes: where that is there, so is the table.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from connections.resources import Metric
from findings.prices import HOURS_A_MONTH
from findings.rule import Fine, Share, Unknown, counted, unmeasured

if TYPE_CHECKING:
    from audits.evidence import Usage
    from connections.resources.tables import Table

READS = Metric(name="ConsumedReadCapacityUnits", statistic="Sum", unit="units", is_silent_at_zero=True)
WRITES = Metric(name="ConsumedWriteCapacityUnits", statistic="Sum", unit="units", is_silent_at_zero=True)
KEPT_READS = Metric(name="ProvisionedReadCapacityUnits", statistic="Average", unit="units/s")
KEPT_WRITES = Metric(name="ProvisionedWriteCapacityUnits", statistic="Average", unit="units/s")
USED, KEPT = (READS, WRITES), (KEPT_READS, KEPT_WRITES)
READ, WRITE = (READS, KEPT_READS), (WRITES, KEPT_WRITES)
DAY_SECONDS = 86_400
FREE_UNITS = 25  # of each, in every region of an account
WRITE_WEIGHT = 5  # a write costs as much as five reads, in either mode and every region


def not_looked_at(table: Table) -> Fine | None:
    """What to say of a table for which nothing is kept, or not for itself alone."""
    if table.state != "ACTIVE" or table.billing_mode != "PROVISIONED":
        return Fine()
    if table.replica_regions:
        return Fine("Part of a global table: its replicas write to it, and it stands in for them.")
    return None


def priced_otherwise(table: Table) -> Fine | None:
    """What to say of a table whose capacity has prices of its own, or none."""
    if table.table_class != "STANDARD":
        return Fine("Its class has prices of its own.")
    if table.read_units <= FREE_UNITS and table.write_units <= FREE_UNITS:
        return Fine(f"{FREE_UNITS} units of each are free in every region, and requests are not.")
    return None


def scaled_by_itself(table: Table) -> Fine | Unknown | None:
    """What to say of a table whose capacity is not set by hand, or of which that is not known."""
    if table.read_scaling is None or table.write_scaling is None:
        return Unknown("whether it is scaled automatically")
    return Fine("Its capacity is scaled automatically.") if table.read_scaling or table.write_scaling else None


def unread_capacity(table: Table, usage: Usage, *, days: int) -> Fine | Unknown | None:
    """What to say where not every day of what is kept was read: then nothing shows that the table was measured.

    The same of one of which it could not be read whether it stands in for a table elsewhere.
    """
    if any(value is None for metric in KEPT for value in usage.days(metric, days=days)):
        return unmeasured(table, since=table.created_at, days=days, what="its capacity")
    return Unknown("whether it is a replica of a global table") if table.replica_regions is None else None


def unread(table: Table, usage: Usage, *, days: int) -> Fine | Unknown | None:
    """What to say where not every day of what is kept and of what is used was read; None where it was."""
    if left := unread_capacity(table, usage, days=days):
        return left
    if any(value is None for metric in USED for value in usage.days(metric, days=days)):
        return Unknown(f"what was used of it on every one of the last {counted(days, 'day')}")
    return None


def of_indexes(table: Table) -> Unknown | None:
    """What is asked of an index, CloudWatch keeps with the index, where nobody looks."""
    names = ", ".join(table.index_names)
    return Unknown(f"what is asked of its indexes ({names})") if names else None


@dataclass(frozen=True, kw_only=True)
class Load:
    """What was used of a table and what was kept for it, in units a second on average."""

    reads: float
    writes: float
    kept_reads: float
    kept_writes: float

    @property
    def percent(self) -> float:
        """How much of what is kept is used, by what the two kinds of units cost."""
        kept = self.kept_reads + WRITE_WEIGHT * self.kept_writes
        return 100 * (self.reads + WRITE_WEIGHT * self.writes) / kept if kept else 0.0

    def by_request(self) -> Share:
        """What is saved when the requests are paid, and no capacity is kept."""
        kept_reads, kept_writes = (_decimal(units) * HOURS_A_MONTH for units in (self.kept_reads, self.kept_writes))
        reads, writes = (_decimal(units) * HOURS_A_MONTH * 3600 for units in (self.reads, self.writes))
        return Share(
            from_price="ReadCapacityUnit-Hrs",
            quantity=kept_reads,
            besides=(("WriteCapacityUnit-Hrs", kept_writes),),
            to_price="ReadRequestUnits",
            # As many requests as units are counted with the price that is left for; the rest is added, or taken off.
            extras=(("ReadRequestUnits", reads - kept_reads), ("WriteRequestUnits", writes)),
        )


def load_of(usage: Usage, *, days: int) -> Load:
    """Over the last `days`, all of which must have been read (`unread`)."""
    reads, writes = (_mean(usage, metric, days=days) / DAY_SECONDS for metric in USED)
    kept_reads, kept_writes = (_mean(usage, metric, days=days) for metric in KEPT)
    return Load(reads=reads, writes=writes, kept_reads=kept_reads, kept_writes=kept_writes)


def busiest_percent(usage: Usage, series: tuple[Metric, Metric], *, days: int) -> float:
    """How much of READ or WRITE was used on the day on which that was most, of what was kept on that day."""
    used, kept = series
    pairs = zip(usage.days(used, days=days), usage.days(kept, days=days), strict=True)
    return max((100 * (of_day or 0.0) / DAY_SECONDS / units for of_day, units in pairs if units), default=0.0)


def _mean(usage: Usage, metric: Metric, *, days: int) -> float:
    return math.fsum(value or 0.0 for value in usage.days(metric, days=days)) / days


def _decimal(units: float) -> Decimal:
    return Decimal(repr(round(units, 6)))

"""What a cluster of Aurora would cost with the other kind of storage, by the bill of it and of its instances. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from audits.billed import less_discounts
from findings.cost_window import is_counted
from findings.database_clusters import AT_REST
from findings.prices import price_name
from findings.rule import Fine, Unknown

if TYPE_CHECKING:
    from audits.evidence import Bill, DayCost
    from connections.resources.databases import DatabaseCluster
    from findings.cost_window import CostWindow

ZERO = Decimal(0)
WEEK = 7
IO, STORED, HOURS, UNITS = "Aurora:StorageIOUsage", "Aurora:StorageUsage", "InstanceUsage:", "Aurora:ServerlessV2Usage"
# By how much AWS' list prices of I/O-Optimized are higher, at most: rounded, they differ a little between regions.
DEARER = {STORED: Decimal("1.26"), HOURS: Decimal("0.31"), UNITS: Decimal("0.36")}
STANDARD = frozenset({"", "aurora"})  # AWS names the kind only where it is not this one, or was chosen
# The first version of each major one that has the other kind; of MySQL by Aurora's own number. Later ones all have it.
SINCE: dict[str, dict[int, tuple[int, ...]]] = {
    "aurora-mysql": {3: (3, 3, 1)},
    "aurora-postgresql": {13: (13, 10), 14: (14, 7), 15: (15, 2), 16: (16, 1), 17: (17, 4)},
}
NUMBERS = re.compile(r"\d+")


@dataclass(frozen=True, kw_only=True)
class Spend:
    """What a cluster and its instances cost in some days: in all without backups, for reads and writes, and how much
    more the rest would be with storage in whose price these are included. `own` is the part that is charged for the
    cluster itself.
    """

    total: Decimal
    own: Decimal
    io: Decimal
    dearer: Decimal

    @property
    def saved(self) -> Decimal:
        """What would be saved, at least; less than nothing where it would cost more."""
        return self.io - self.dearer

    def is_read(self, *, io_percent: float) -> bool:
        """Whether reads and writes are so much of what it costs."""
        return self.io > 0 and self.io * 100 >= self.total * Decimal(str(io_percent))

    def is_worth(self, *, saved_percent: float) -> bool:
        """Whether so much of what it costs is saved."""
        return self.saved * 100 >= self.total * Decimal(str(saved_percent))


def left_at_standard(cluster: DatabaseCluster) -> Fine | Unknown | None:
    """What to say of a cluster that has the other kind of storage already, or cannot, or that nothing reads by now;
    None where its bill decides.
    """
    is_other = cluster.scalability == "limitless" or cluster.engine_mode == "serverless"
    if cluster.engine not in SINCE or cluster.storage_type not in STANDARD or is_other:
        return Fine()
    if not cluster.member_ids or cluster.state in AT_REST:
        return Fine("No instance of it runs: nothing is read or written.")
    before, _, number = cluster.engine_version.partition(".mysql_aurora.")
    version = tuple(int(one) for one in NUMBERS.findall(number or before))
    if not version:
        return Unknown(f"whether {cluster.engine} of version {cluster.engine_version!r} has I/O-Optimized storage")
    since = SINCE[cluster.engine].get(version[0], max(SINCE[cluster.engine].values()))
    return None if version >= since else Fine("Its version has no I/O-Optimized storage.")


def is_told(bill: Bill, window: CostWindow) -> bool:
    """Whether the bill says what each line is for, in one currency."""
    lines = [*window.lines, *(line for _, some in bill.beside for line in some if is_counted(line))]
    return all(price_name(line) for line in lines) and len({line.billing_currency for line in lines}) <= 1


def without_hours(bill: Bill, *windows: CostWindow) -> tuple[str, ...]:
    """The instances of whose hours the bill has none in one of these spans: then what they would cost is not known."""
    return tuple(
        name.rpartition(":")[2]
        for name, lines in bill.beside
        if not all(any(_is_hours(line) and _listed(line, window) for line in lines) for window in windows)
    )


def _is_hours(line: DayCost) -> bool:
    return is_counted(line) and price_name(line).startswith((HOURS, UNITS))


def spend(bill: Bill, window: CostWindow) -> Spend:
    """What the bill charges for a cluster and its instances in the window's days."""
    beside = [line for _, lines in bill.beside for line in less_discounts(lines) if is_counted(line)]
    own = sum((window.cost(line) for line in window.lines), ZERO)
    return Spend(
        total=own + sum((window.cost(line) for line in beside), ZERO),
        own=own,
        io=sum((window.cost(line) for line in window.lines if price_name(line) == IO), ZERO),
        dearer=sum((_dearer(line, window) for line in (*window.lines, *beside)), ZERO),
    )


def _dearer(line: DayCost, window: CostWindow) -> Decimal:
    name = price_name(line)
    return next((more for meter, more in DEARER.items() if name.startswith(meter)), ZERO) * _listed(line, window)


def _listed(line: DayCost, window: CostWindow) -> Decimal:
    """What it costs without discount: none is sure to cover what is added."""
    return window.cost(replace(line, effective_cost=max(line.effective_cost, line.list_cost)))


def spans(window: CostWindow, *, days: int) -> tuple[CostWindow, CostWindow, CostWindow]:
    """The last `days` of the window in two, and its last week: what holds in all is no single busy week, nor over."""
    first, middle, week = (window.until - timedelta(days=one) for one in (days, days // 2, min(days, WEEK)))
    return replace(window, first=first, until=middle), replace(window, first=middle), replace(window, first=week)

"""Which of a resource's bill lines tell what it costs: charges for usage on the last complete billed days."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from audits.billed import is_discount, less_discounts
from connections.resources import Database, Instance, Snapshot
from connections.resources.databases import DatabaseCluster
from connections.resources.warehouses import Warehouse
from findings.meters.addresses import IN_USE
from findings.meters.fast_restores import FAST_RESTORE
from findings.prices import price_name

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date
    from decimal import Decimal

    from audits.evidence import Bill, DayCost
    from connections.resources import Thing

WINDOW_DAYS = 30
# Prices that the bill charges under a resource's name for another one, which has findings of its own: counted once. So
# the backups of a database, cluster or warehouse: those that somebody took outlive it, and with it goes what they have
# for nothing. A public address goes with its machine, and is what it saves further.
OF_ANOTHER: dict[type[Thing], frozenset[str]] = {
    Instance: frozenset({IN_USE}),
    Snapshot: frozenset({FAST_RESTORE}),
    Database: frozenset({"RDS:ChargedBackupUsage"}),
    DatabaseCluster: frozenset({"Aurora:BackupUsage"}),
    Warehouse: frozenset({"Redshift:PaidSnapshots"}),
}


@dataclass(frozen=True, kw_only=True)
class CostWindow:
    """The complete billed days that count for a resource, and its lines in them: what is used, and what is left out.

    `discounts` are those that the lines are less by now.
    """

    first: date
    until: date
    lines: tuple[DayCost, ...] = ()
    left_out: tuple[DayCost, ...] = ()
    discounts: tuple[DayCost, ...] = ()

    @property
    def days(self) -> int:
        return (self.until - self.first).days

    @property
    def last(self) -> date:
        return self.until - timedelta(days=1)

    def cost(self, line: DayCost) -> Decimal:
        """The part of a line's effective cost that falls into the window, spread evenly over its charge period."""
        inside = (min(end_of(line), self.until) - max(line.charge_date, self.first)).days
        return line.effective_cost * max(0, inside) / line.charge_days


def end_of(line: DayCost) -> date:
    """The first day after a line's charge period."""
    return line.charge_date + timedelta(days=line.charge_days)


def is_counted(line: DayCost) -> bool:
    """Whether a line is a charge for usage. Credits, refunds, tax, purchases and corrections are not what it costs."""
    return line.charge_category == "Usage" and line.charge_class != "Correction" and line.effective_cost >= 0


def told_until(lines: Iterable[DayCost], until: date) -> date:
    """The day until which it is told what of a commitment was not used: `until`, or the start of a month that goes on.

    AWS tells of a reservation by the month, in a line that has all of the month's fee at first and loses what is used
    day by day: what is left of it is not yet unused.
    """
    unused = (line for line in lines if line.commitment_discount_status == "Unused" and is_counted(line))
    return min((line.charge_date for line in unused if line.charge_date < until < end_of(line)), default=until)


def own_lines(thing: Thing, bill: Bill) -> tuple[DayCost, ...]:
    """The bill's lines under the resource's name, without those that are for another one."""
    of_another = OF_ANOTHER.get(type(thing), frozenset())
    return tuple(line for line in bill.lines if price_name(line) not in of_another) if of_another else bill.lines


def cost_window(thing: Thing, bill: Bill) -> CostWindow | None:
    """The last (at most 30) complete billed days on which the resource stood; None where no bill covers its account.

    A resource made within them counts from the day after, its first whole day. Where its age is not known, its first
    billed day stands for the day it was made; where it is older, days without a line count as days that cost nothing,
    so that a month is never made to look dearer than it was. What a contract takes off on lines of its own is off.
    """
    if bill.billed_until is None:
        return None
    lines = own_lines(thing, bill)
    until = told_until(lines, bill.billed_until)
    first = until - timedelta(days=WINDOW_DAYS)
    if bill.billed_from is not None:
        first = max(first, bill.billed_from)
    if thing.created_at is not None:
        made = thing.created_at.date()
        is_partly_there = made >= first
    else:
        made = min((line.charge_date for line in lines if is_counted(line)), default=first)
        is_partly_there = made > first
    if is_partly_there:
        first = made + timedelta(days=1)
    window = CostWindow(first=min(first, until), until=until)
    inside = [line for line in lines if line.charge_date < window.until and end_of(line) > window.first]
    kept = less_discounts(inside)
    own = {id(line) for line in kept}
    return replace(
        window,
        lines=tuple(line for line in kept if is_counted(line)),
        left_out=tuple(line for line in kept if not is_counted(line)),
        discounts=tuple(line for line in inside if is_discount(line) and id(line) not in own),
    )

"""What a bill alone shows: resources, commitments and services as it names them, with their charges day by day.

Plain values for the rules that need no access to a cloud. Quantities are in the bill's own units, costs in its
currency. A day without a line cost nothing; a day outside `first` to `until` is not known.
"""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, ClassVar

from connections.resources import Thing

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from audits.evidence import DayCost

ZERO = Decimal(0)
# AWS puts a region's code before a meter (EUC1-EBS:VolumeUsage.gp3), except in us-east-1. Codes have a digit, but for
# Ireland's and those of CloudFront; other words before a dash are the meter's own (VPN-Usage-Hours). A Local Zone has a
# code of its own (LAX1-), a Wavelength Zone its region's and its place's in one (USE1WL1ATL1-, the first of a region
# USE1WL1-). Of what goes between two regions, which names both, the second is a part of the meter.
REGION_CODE = re.compile(r"^(?:[A-Z]{2,4}\d+(?:WL\d+(?:[A-Z]{3,4}\d+)?)?|AP|AU|CA|EU|IN|JP|ME|SA|US|ZA)-(?=[A-Z])")
# RDS is billed by a short word for sizes above large: InstanceUsage:db.r5.2xl is of a db.r5.2xlarge.
SHORT_SIZE = re.compile(r"(:db\.[a-z0-9-]+\.\d*xl)$")
CLOUDS = {"aws": "aws", "amazon": "aws", "microsoft": "azure", "azure": "azure", "google": "gcp"}
MONTH_DAYS = 30
WEEK, ROUNDING = 7, Decimal("1.001")
DATABASE_STORAGE = re.compile(
    r"rds:(multi-az-)?(gp[23]-storage|piops-storage|storageusage)|aurora:(io-optimized)?storageusage$"
    r"|(general purpose|business critical|hyperscale|(premium ssd v2 )?storage) data stored$|cloud sql for .* storage"
)
# Google counts in base units: what one hour, one GiB, and one GiB over a month are.
PLAIN_UNITS = {
    "seconds": (Decimal(3600), "hours"),
    "bytes": (Decimal(2**30), "GiB"),
    "byte-seconds": (Decimal(2**30 * 86_400 * MONTH_DAYS), "GiB-months"),
}


@dataclass(frozen=True, kw_only=True)
class Billed(Thing):
    """What stands on a bill. `charges` are its lines, oldest first; the bill is complete from `first` until `until`.

    `observed_at` is midnight of `until`. `provider_name` and `service_name` are the bill's own words.
    """

    SERVICE: ClassVar[str] = "bill"

    provider_name: str
    service_name: str
    charges: tuple[DayCost, ...]
    first: date
    until: date

    @property
    def cloud(self) -> str:
        """aws, azure or gcp; "" for any other provider."""
        words = self.provider_name.lower().split()
        return next((CLOUDS[word] for word in words if word in CLOUDS), "")

    @property
    def known_days(self) -> int:
        """How many complete days the bill covers."""
        return max(0, (self.until - self.first).days)

    def lines(self, *meters: str, days: int | None = None) -> tuple[DayCost, ...]:
        """The charges for usage under meters that begin so (any, where none is given), of the last `days` only, each
        less its discounts.
        """
        since = self.first if days is None else self.until - timedelta(days=days)
        return tuple(
            line
            for line in self._less_discounts
            if line.charge_category == "Usage"
            and since <= line.charge_date < self.until
            and (not meters or meter_of(line).startswith(meters))
        )

    @cached_property
    def _less_discounts(self) -> tuple[DayCost, ...]:
        """The charges, each less its discounts: once for all rules, of which each asks for some of them."""
        return less_discounts(self.charges)

    def by_day(self, lines: Iterable[DayCost], *, days: int) -> tuple[Decimal, ...]:
        """The quantity of `lines` on each of the last `days` complete days, oldest first."""
        return self._by_day(((line.charge_date, line.consumed_quantity or ZERO) for line in lines), days)

    def cost_by_day(self, lines: Iterable[DayCost], *, days: int) -> tuple[Decimal, ...]:
        """The effective cost of `lines` on each of the last `days` complete days, oldest first."""
        return self._by_day(((line.charge_date, line.effective_cost) for line in lines), days)

    def lacks(self, lines: Iterable[DayCost], *, days: int) -> str:
        """What the bill lacks to tell how much was used under `lines` in the last `days`; "" for nothing."""
        if self.known_days < days:
            return f"{days} complete {'day' if days == 1 else 'days'} of its bill"
        if lacks_quantity(lines):
            return "the quantity of each charge"
        return ""

    def has_grown(self, lines: Iterable[DayCost], *, days: int) -> bool:
        """Whether `lines`, of what is held, stand for more in the last week of `days` than in the first.

        AWS bills each day a part of its month, other clouds the same in each. Rounding is no growth.
        """
        first, last = ZERO, ZERO
        for line in lines:
            ago = (self.until - line.charge_date).days
            held = standing([line], days=1) if self.cloud == "aws" else line.consumed_quantity or ZERO
            first += held if days - WEEK < ago <= days else ZERO
            last += held if 0 < ago <= WEEK else ZERO
        return last > first * ROUNDING

    def _by_day(self, amounts: Iterable[tuple[date, Decimal]], days: int) -> tuple[Decimal, ...]:
        sums = [ZERO] * days
        start = self.until - timedelta(days=days)
        for day, amount in amounts:
            place = (day - start).days
            if 0 <= place < days:
                sums[place] += amount
        return tuple(sums)


@dataclass(frozen=True, kw_only=True)
class BilledResource(Billed):
    """A resource with an id of its own."""

    KIND: ClassVar[str] = "billed_resource"


@dataclass(frozen=True, kw_only=True)
class BilledCommitment(Billed):
    """A reservation, savings plan or committed-use discount: a line a charge period and status, of all accounts."""

    KIND: ClassVar[str] = "billed_commitment"


@dataclass(frozen=True, kw_only=True)
class BilledService(Billed):
    """One service in one account: a line a charge period, category and currency. `resource_id` is the service's name.

    `meters` are the same charges for usage of the last `MONTH_DAYS` complete days, a line a meter, unit and currency,
    dated by its first. `account` and `bill` are the lines of every service of its account and of the whole bill.
    """

    KIND: ClassVar[str] = "billed_service"

    meters: tuple[DayCost, ...] = ()
    account: tuple[DayCost, ...] = ()
    bill: tuple[DayCost, ...] = ()

    def metered(self, *meters: str) -> tuple[DayCost, ...]:
        """What it charged under meters that begin so in the last `MONTH_DAYS` complete days, a line a meter."""
        return tuple(line for line in self.meters if meter_of(line).startswith(meters))


def meter_of(line: DayCost) -> str:
    """What a line charges for, as `meter_name` has it; the description where the bill names no meter."""
    return meter_name(line.usage_type) or line.charge_description


@lru_cache(maxsize=8192)
def meter_name(usage_type: str) -> str:
    """A meter without AWS' code of the region, the size of a database in full."""
    return SHORT_SIZE.sub(r"\1arge", REGION_CODE.sub("", usage_type))


def quantity_of(lines: Iterable[DayCost]) -> Decimal:
    """What was used, in the lines' own unit."""
    return sum((line.consumed_quantity or ZERO for line in lines), ZERO)


def lacks_quantity(lines: Iterable[DayCost]) -> bool:
    """Whether any charge does not tell how much was used. What is taken off needs to tell none."""
    return any(line.consumed_quantity is None and not is_discount(line) for line in lines)


def cost_of(lines: Iterable[DayCost]) -> Decimal:
    """What it cost in effect."""
    return sum((line.effective_cost for line in lines), ZERO)


def is_discount(line: DayCost) -> bool:
    """Such as a contract's: it names the meter again, and its quantity, where it has one, is no further use.

    Of one that is billed and costs nothing in effect, the charges' own effective costs are less it already.
    """
    is_usage = line.charge_category == "Usage" and line.charge_class != "Correction"
    is_off = line.effective_cost < 0 or (not line.effective_cost and line.billed_cost < 0)
    return is_usage and is_off and bool(line.usage_type)


def less_discounts(lines: Iterable[DayCost]) -> tuple[DayCost, ...]:
    """The lines, each less its part of what discounts of the same period and meter take off, which stand no more.

    AWS' own report has what a contract takes off on lines of their own. What a commitment covers has its price already,
    and what is more than the charges is no discount of theirs.
    """
    lines = tuple(lines)
    if not any(map(is_discount, lines)):
        return lines
    off, charged = _by_meter(filter(is_discount, lines)), _by_meter(filter(_is_discounted, lines))
    off = {key: amount for key, amount in off.items() if 0 < -amount <= charged.get(key, ZERO)}
    left = []
    for line in lines:
        key = _meter_key(line)
        if key in off and _is_discounted(line):
            left.append(replace(line, effective_cost=line.effective_cost * (charged[key] + off[key]) / charged[key]))
        elif not is_discount(line) or (line.effective_cost and key not in off):
            left.append(line)
    return tuple(left)


def _by_meter(lines: Iterable[DayCost]) -> dict[tuple[date, int, str, str], Decimal]:
    costs: dict[tuple[date, int, str, str], Decimal] = {}
    for line in lines:
        costs[_meter_key(line)] = costs.get(_meter_key(line), ZERO) + line.effective_cost
    return costs


def _meter_key(line: DayCost) -> tuple[date, int, str, str]:
    return line.charge_date, line.charge_days, line.usage_type, line.billing_currency


def _is_discounted(line: DayCost) -> bool:
    is_usage = line.charge_category == "Usage" and line.charge_class != "Correction"
    return is_usage and line.effective_cost > 0 and not line.commitment_discount_id


def fraction_of(part: Decimal, lines: Iterable[DayCost]) -> Decimal:
    """Which fraction `part` is of what `lines` charge, from 0 to 1. Negative lines are left out, as savings do."""
    charged = sum((max(ZERO, line.effective_cost) for line in lines), ZERO)
    return min(Decimal(1), max(ZERO, part / charged)) if charged else ZERO


def standing(lines: Iterable[DayCost], *, days: int) -> Decimal:
    """What stood on average in `days` days, of a unit such as GB-Mo: a day bills one part of the days of its month."""
    parts = (
        (line.consumed_quantity or ZERO) * monthrange(line.charge_date.year, line.charge_date.month)[1]
        for line in lines
    )
    return sum(parts, ZERO) / days


def in_plain_units(lines: Iterable[DayCost]) -> tuple[DayCost, ...]:
    """The lines with hours for seconds and GiB for bytes, which Google counts in; others as they are."""
    return tuple(_in_plain_unit(line) for line in lines)


def _in_plain_unit(line: DayCost) -> DayCost:
    size, unit = PLAIN_UNITS.get(line.consumed_unit.lower(), (Decimal(1), line.consumed_unit))
    quantity = None if line.consumed_quantity is None else line.consumed_quantity / size
    return replace(line, consumed_quantity=quantity, consumed_unit=unit)


def part_of(part: Iterable[DayCost], whole: Iterable[DayCost]) -> Decimal:
    """How much of what `whole` cost is what `part` cost, from 0 to 1; 0 where nothing was paid."""
    paid = cost_of(whole)
    return min(max(cost_of(part) / paid, ZERO), Decimal(1)) if paid > 0 else ZERO


def currencies_of(lines: Iterable[DayCost]) -> set[str]:
    """The currencies that the lines are in: what is in two of them is never added."""
    return {line.billing_currency for line in lines}


def is_database_storage(line: DayCost) -> bool:
    """Whether a line is for the data that a database holds (RDS, Aurora, Azure's databases, Cloud SQL): no backup."""
    meter = meter_of(line).lower()
    is_beside = "backup" in f"{meter} {line.charge_description.lower()}" or "iops" in meter.replace("piops-storage", "")
    return bool(DATABASE_STORAGE.match(meter)) and not is_beside

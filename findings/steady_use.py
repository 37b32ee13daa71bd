"""What runs around the clock at full price and has no open finding: what a commitment could be bought for. Pure."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time
from decimal import Decimal
from typing import TYPE_CHECKING, ClassVar

from audits.billed import ZERO, Billed, BilledResource, in_plain_units, is_discount, meter_of
from findings.unused_share import paid_for

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Iterator
    from datetime import date

    from audits.billed import BilledCommitment
    from audits.evidence import DayCost

WINDOW_DAYS = 30
DAY_HOURS = 24
NEARLY = Decimal("0.5")  # hours a day: what AWS rounds, and no more
SAME_PRICE = Decimal("0.01")
PLAN_ARN = ":savingsplan/"
LATELY_DAYS = 14
MOST_UNUSED = 20  # at most one part of so many
COMPUTE = "Amazon Elastic Compute Cloud"
# Billed by the hour, and covered by a plan (EC2) or a reservation of its own service.
METERS = ("BoxUsage:", "InstanceUsage:", "Multi-AZUsage:", "NodeUsage:", "Node:", "ESInstance:")
ARN_SERVICES = {
    COMPUTE: "ec2",
    "Amazon Relational Database Service": "rds",
    "Amazon ElastiCache": "elasticache",
    "Amazon Redshift": "redshift",
    "Amazon MemoryDB": "memorydb",
    "Amazon OpenSearch Service": "es",
}


@dataclass(frozen=True, kw_only=True)
class SteadyUse(Billed):
    """What of one account ran without a commitment in every hour of `WINDOW_DAYS`, and has no open finding.

    `charges` are its lines, one a day and meter. `count` is how many resources these are, `taken_off` how many more
    there would be but for their findings, which cost `taken_off_cost` in the window. `rates` are by meter and list
    price what a commitment of the same bill makes of a unit. `unused` names commitments that would cover it and are
    not fully used. `family` is that of the type; "" where a savings plan covers them all.
    """

    KIND: ClassVar[str] = "billed_use"

    count: int
    taken_off: int
    taken_off_cost: Decimal
    family: str = ""
    rates: tuple[tuple[str, Decimal, Decimal], ...] = ()
    unused: tuple[str, ...] = ()

    @property
    def hourly(self) -> Decimal:
        """What it costs an hour."""
        return sum((line.effective_cost for line in self.charges), ZERO) / (WINDOW_DAYS * DAY_HOURS)

    @property
    def taken_off_hourly(self) -> Decimal:
        """What the resources with open findings cost an hour."""
        return self.taken_off_cost / (WINDOW_DAYS * DAY_HOURS)

    @property
    def saved_fraction(self) -> Decimal | None:
        """Which part of its cost a commitment saves by the bill's own rates; None where it has one for no meter.

        A meter without a rate saves nothing, so that what is told is no more than what there is.
        """
        cost, saved, is_known = ZERO, ZERO, False
        for line in self.charges:
            paid, units = line.effective_cost, line.consumed_quantity or ZERO
            cost += paid
            rate = self._rate(meter_of(line), _listed(line))
            if rate is not None:
                is_known = True
                saved += max(ZERO, paid - units * rate)
        return saved / cost if is_known and cost else None

    @property
    def hourly_at_rates(self) -> Decimal | None:
        """What it comes to an hour where a commitment covers it, as AWS counts it; None where any meter has no rate."""
        total = ZERO
        for line in self.charges:
            rate = self._rate(meter_of(line), _listed(line))
            if rate is None:
                return None
            total += (line.consumed_quantity or ZERO) * rate
        return total / (WINDOW_DAYS * DAY_HOURS)

    def _rate(self, meter: str, listed: Decimal) -> Decimal | None:
        """Of the same list price only: Windows beside Linux has the same meter and another price."""
        found = (rate for name, price, rate in self.rates if name == meter and _is_same(price, listed))
        return next(found, None)


def _is_same(one: Decimal, other: Decimal) -> bool:
    return abs(one - other) <= SAME_PRICE * max(one, other)


Place = tuple[str, str, str, str]  # account, service, region, family


@dataclass
class _Group:
    """What is added up of one place."""

    first: BilledResource
    lines: dict[tuple[date, str, str], DayCost] = field(default_factory=dict)
    count: int = 0
    taken_off: int = 0
    taken_off_cost: Decimal = ZERO


class SteadyUses:
    """Adds up what runs around the clock, a resource at a time.

    `compute_plans` are the ids of the plans that are known to be Compute plans: those of one family are cheaper.
    """

    def __init__(self, *, compute_plans: Container[str] = ()) -> None:
        self._compute_plans = compute_plans
        self._groups: dict[Place, _Group] = {}
        self._covered: dict[tuple[str, str, str, Decimal], list[Decimal]] = defaultdict(lambda: [ZERO, ZERO])

    def learn(self, resource: BilledResource) -> list[DayCost]:
        """Take in what commitments make of a unit, of any resource on the bill; gives its lines at full price."""
        if resource.cloud != "aws":
            return []
        lines = [line for line in in_plain_units(resource.lines(days=WINDOW_DAYS)) if _is_by_hour(line)]
        for line in lines:
            units = line.consumed_quantity
            is_alike = line.service_name != COMPUTE or self._is_compute_plan(line.commitment_discount_id)
            if line.commitment_discount_id and units and line.list_cost and is_alike and not is_discount(line):
                held = self._covered[line.service_name, resource.region, meter_of(line), _listed(line)]
                held[0], held[1] = held[0] + line.effective_cost, held[1] + units
        return [line for line in lines if not line.commitment_discount_id]

    @staticmethod
    def is_by_hour(resource: BilledResource) -> bool:
        """Whether it is of the kind that a commitment covers."""
        return resource.cloud == "aws" and any(_is_by_hour(line) for line in resource.lines(days=WINDOW_DAYS))

    @staticmethod
    def is_untold(resource: BilledResource) -> bool:
        """Whether the bill does not tell how long it ran."""
        lines = resource.lines(days=WINDOW_DAYS) if resource.cloud == "aws" else ()
        return any(_is_by_hour(line) and line.consumed_quantity is None and not is_discount(line) for line in lines)

    def _is_compute_plan(self, commitment_id: str) -> bool:
        _, is_plan, plan_id = commitment_id.partition(PLAN_ARN)
        return bool(is_plan) and plan_id in self._compute_plans

    def add(self, resource: BilledResource, *, has_finding: bool) -> None:
        """Take in a resource too that may be bought for; with an open finding it counts as taken off."""
        full = [line for line in self.learn(resource) if not is_discount(line)]
        if not _is_steady(resource, full):
            return
        group = self._groups.setdefault(_place(resource, full[0]), _Group(first=resource))
        if has_finding:
            group.taken_off += 1
            group.taken_off_cost += sum((line.effective_cost for line in full), ZERO)
            return
        group.count += 1
        for line in full:
            _add(group.lines, line)

    @property
    def is_anything(self) -> bool:
        """Whether anything runs around the clock at full price, with a finding or without."""
        return bool(self._groups)

    def uses(self, commitments: Iterable[BilledCommitment]) -> Iterator[SteadyUse]:
        """What may be bought for, of each place. `commitments` are all that the same bill names."""
        commitments = list(commitments)
        for (account_id, service, region, family), group in sorted(self._groups.items()):
            first = group.first
            name = f"{service} {family}".strip()
            yield SteadyUse(
                resource_id=f"{name} around the clock",
                account_id=account_id,
                region=region,
                observed_at=datetime.combine(first.until, time(), tzinfo=UTC),
                provider_name=first.provider_name,
                service_name=service,
                charges=tuple(sorted(group.lines.values(), key=lambda line: line.charge_date)),
                first=first.first,
                until=first.until,
                count=group.count,
                taken_off=group.taken_off,
                taken_off_cost=group.taken_off_cost,
                family=family,
                rates=self._rates(service, region),
                unused=tuple(_unused(commitments, service=service, until=first.until)),
            )

    def _rates(self, service: str, region: str) -> tuple[tuple[str, Decimal, Decimal], ...]:
        """What a unit costs where a commitment covers it, by meter and list price."""
        sums: dict[tuple[str, Decimal], list[Decimal]] = defaultdict(lambda: [ZERO, ZERO])
        for (of_service, of_region, meter, listed), (cost, units) in self._covered.items():
            if of_service == service and region in {"", of_region}:
                held = sums[meter, listed]
                held[0], held[1] = held[0] + cost, held[1] + units
        return tuple((meter, listed, cost / units) for (meter, listed), (cost, units) in sorted(sums.items()))


def _is_by_hour(line: DayCost) -> bool:
    is_of_a_day = line.charge_days == 1 and line.charge_class != "Correction"
    return is_of_a_day and line.service_name in ARN_SERVICES and meter_of(line).startswith(METERS)


def _is_steady(resource: BilledResource, lines: list[DayCost]) -> bool:
    """The same whole number of hours around the clock on each day, up to the last complete one, in one currency."""
    if resource.known_days < WINDOW_DAYS or not lines or any(line.consumed_quantity is None for line in lines):
        return False
    hours = resource.by_day(lines, days=WINDOW_DAYS)
    units = round(max(hours) / DAY_HOURS)
    is_whole = all(abs(one - units * DAY_HOURS) <= NEARLY * units for one in hours)
    return units > 0 and is_whole and len({line.billing_currency for line in lines}) == 1


def _place(resource: BilledResource, line: DayCost) -> Place:
    if line.service_name == COMPUTE:
        return resource.account_id, COMPUTE, "", ""
    item_type = meter_of(line).partition(":")[2].removesuffix(".search")
    return resource.account_id, line.service_name, resource.region, item_type.rpartition(".")[0]


def _add(lines: dict[tuple[date, str, str], DayCost], line: DayCost) -> None:
    key = line.charge_date, f"{line.usage_type} {_listed(line)}", line.billing_currency
    held = lines.get(key)
    if held is not None:
        line = replace(
            held,
            **{
                name: getattr(held, name) + getattr(line, name)
                for name in ("billed_cost", "effective_cost", "list_cost", "contracted_cost", "consumed_quantity")
            },
        )
    lines[key] = line


def _listed(line: DayCost) -> Decimal:
    return (line.list_cost / line.consumed_quantity).quantize(Decimal("0.0001")) if line.consumed_quantity else ZERO


def _unused(commitments: Iterable[BilledCommitment], *, service: str, until: date) -> Iterator[str]:
    """Those that would cover it and of which more than a twentieth bought nothing lately."""
    for one in commitments:
        of_service = one.resource_id.split(":")[2:3]
        if not set(of_service) & {"savingsplans", ARN_SERVICES[service]}:
            continue
        paid = paid_for(one.lines(), until=until, days=LATELY_DAYS)
        if paid is not None and paid.unused * MOST_UNUSED > paid.paid:
            yield one.resource_id

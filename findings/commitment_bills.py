"""What bills say of commitments: what of each was used and what was not, day by day, and what none covers."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, datetime, time
from typing import TYPE_CHECKING, Any

from django.db.models import Max, Sum

from audits.billed import BilledCommitment
from audits.evidence import DayCost, UncoveredDay
from audits.models import CostLine, CostRate
from connections.resources.commitments import Reservation, SavingsPlan
from findings.rule import native_id

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping
    from datetime import date
    from uuid import UUID

    from audits.billed_things import Span
    from connections.resources import Thing

COMMITMENTS = (Reservation, SavingsPlan)
STATUSES = ("Used", "Unused")
AMOUNTS = ("billed_cost", "effective_cost", "list_cost", "contracted_cost", "consumed_quantity")
PLACES = (
    "commitment_discount_id",
    "commitment_discount_status",
    "charge_date",
    "charge_days",
    "billing_currency",
    "charge_class",
)
ARN_ACCOUNT = 4


def lines_of(
    things: Iterable[Thing], *, load_ids: Collection[UUID], since: date
) -> dict[tuple[str, str], list[DayCost]]:
    """The lines of commitments by account and id, of whichever accounts use them: one a charge period and status."""
    found: dict[str, list[DayCost]] = defaultdict(list)
    for commitment_id, line in _summed(load_ids=load_ids, since=since):
        found[_last_part(commitment_id)].append(line)
    return {(one.account_id, one.resource_id): _own(one, found.get(native_id(one), ())) for one in things}


def billed_commitments(*, load_ids: Collection[UUID], span: Span) -> list[BilledCommitment]:
    """Every commitment of these loads with what of it was used and what was not. `account_id` is its ARN's, or ""."""
    found: dict[str, list[DayCost]] = defaultdict(list)
    named: dict[str, Mapping[str, Any]] = {}
    for commitment_id, line in _summed(load_ids=load_ids, since=span.first, until=span.until):
        found[commitment_id].append(line)
    if not found:
        return []
    rows = CostLine.objects.filter(load_id__in=load_ids, charge_date__gte=span.first, commitment_discount_id__in=found)
    for row in rows.values("commitment_discount_id").annotate(
        provider_name=Max("provider_name"), service_name=Max("service_name")
    ):
        named[row["commitment_discount_id"]] = dict(row)
    return [
        BilledCommitment(
            resource_id=name,
            account_id=_part(name, ARN_ACCOUNT),
            region=_part(name, ARN_ACCOUNT - 1),
            observed_at=datetime.combine(span.until, time(), tzinfo=UTC),
            provider_name=named[name]["provider_name"],
            service_name=named[name]["service_name"],
            charges=tuple(sorted(lines, key=lambda line: line.charge_date)),
            first=span.first,
            until=span.until,
        )
        for name, lines in sorted(found.items())
    ]


def uncovered_by_region(
    *, load_ids: Collection[UUID], regions: Collection[str], since: date, until: date
) -> dict[str, tuple[UncoveredDay, ...]]:
    """What was charged without a commitment, by day and meter: of all accounts of the bill, which share commitments."""
    rows = CostRate.objects.filter(
        load_id__in=load_ids, region_id__in=regions, charge_date__gte=since, charge_date__lt=until
    ).exclude(usage_type="")
    by = ("region_id", "charge_date", "usage_type", "billing_currency")
    days: dict[str, list[UncoveredDay]] = defaultdict(list)
    summed = rows.values(*by).annotate(cost=Sum("effective_cost"), quantity=Sum("consumed_quantity")).order_by(*by)
    for region, day, usage_type, currency, cost, quantity in summed.values_list(*by, "cost", "quantity"):
        days[region].append(
            UncoveredDay(
                charge_date=day,
                usage_type=usage_type,
                billing_currency=currency,
                effective_cost=cost,
                quantity=quantity,
            )
        )
    return {region: tuple(found) for region, found in days.items()}


def _summed(*, load_ids: Collection[UUID], since: date, until: date | None = None) -> Iterable[tuple[str, DayCost]]:
    rows = CostLine.objects.filter(
        load_id__in=load_ids,
        charge_date__gte=since,
        charge_category="Usage",
        commitment_discount_status__in=STATUSES,
    ).exclude(commitment_discount_id="")
    rows = rows if until is None else rows.filter(charge_date__lt=until)
    summed = rows.values(*PLACES).annotate(**{f"sum_{name}": Sum(name) for name in AMOUNTS}).order_by(*PLACES)
    for row in summed:
        values: dict[str, Any] = {name: row[name] for name in PLACES}
        amounts = {name: row[f"sum_{name}"] for name in AMOUNTS}
        yield row["commitment_discount_id"], DayCost(charge_category="Usage", **values, **amounts)


def _own(thing: Thing, lines: Iterable[DayCost]) -> list[DayCost]:
    """Those that name it: by its ARN, or by its id where AWS lists no ARN for it, but never another account's."""
    return [line for line in lines if is_named(line.commitment_discount_id, thing)]


def is_named(commitment_id: str, thing: Thing) -> bool:
    """Whether a bill's name of a commitment is that of one which an audit has read."""
    if _last_part(commitment_id) != native_id(thing):
        return False
    parts = commitment_id.split(":")
    if len(parts) <= ARN_ACCOUNT:
        return True
    return parts[ARN_ACCOUNT] == thing.account_id and parts[ARN_ACCOUNT - 1] in {"", thing.region}


def _part(name: str, number: int) -> str:
    parts = name.split(":")
    return parts[number] if len(parts) > number else ""


def _last_part(name: str) -> str:
    return name.replace("/", ":").rpartition(":")[2]

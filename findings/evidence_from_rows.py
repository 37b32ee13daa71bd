"""Evidence as one audit left it in the database: what stands there, its usage, its bill lines, and what was hidden.

An account's resources come in pages, and every function asks a fixed number of questions for each.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db.models import F, Sum

from audits.evidence import Bill, BilledRate, DayCost, Evidence, SeriesRow, UncoveredDay, Usage, usage_from
from audits.models import BillLoad, CostLine, CostRate, Gap, Resource, Step
from audits.models import Usage as UsageRow
from audits.things import from_data
from connections.bill_ids import bill_ids
from connections.provider import usage_complete_until
from connections.resources import KINDS
from connections.resources.commitments import Reservation
from findings.commitment_bills import COMMITMENTS, lines_of, uncovered_by_region
from findings.cost_window import WINDOW_DAYS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import date

    from audits.models import Audit
    from connections.resources import Thing

USAGE_ACTIONS = "cloudwatch:"
ALL_TAGS = "tag:"  # actions that read the tags of every service at once
LONGEST_CHARGE_DAYS = 31  # a monthly fee of the period before still covers days of the window
PAGE = 500  # resources whose evidence is in memory together
SERIES_FIELDS = SeriesRow._fields
LINE_FIELDS = tuple(DayCost.__dataclass_fields__)
ROW_ORDER = ("kind", "resource_id", "id")


@dataclass(frozen=True, kw_only=True)
class Seen:
    """A resource's row with what is known of it."""

    row_id: UUID
    evidence: Evidence


@dataclass(frozen=True, kw_only=True)
class Sight:
    """Where an audit could look: the (service, region) read to the end, and the (kind, region) that a Gap hides.

    `tagless` are the (service, region) of which a read of tags failed; "" stands for all of them.
    """

    read: frozenset[tuple[str, str]]
    hidden: frozenset[tuple[str, str]] = frozenset()
    tagless: frozenset[tuple[str, str]] = frozenset()

    def hidden_kinds(self, region: str) -> frozenset[str]:
        """The kinds that a Gap hides in `region`; a Gap without a region hides them in every one."""
        return frozenset(kind for kind, where in self.hidden if where in {"", region})

    def sees_tags(self, *, service: str, region: str) -> bool:
        """Whether no read of tags failed there."""
        return self.tagless.isdisjoint((one, where) for one in (service, "") for where in (region, ""))

    def shows_gone(self, *, kind: str, service: str, region: str) -> bool:
        """Whether not having seen a resource means that it is gone: its place was read to the end, without a Gap."""
        was_read = (service, region) in self.read or (service, "") in self.read
        return was_read and kind not in self.hidden_kinds(region)


def sight_of(*, audit: Audit) -> Sight:
    """What the audit could see. A Gap about usage hides no resource: only reads of the inventory do."""
    steps = Step.objects.filter(audit=audit, kind=Step.Kind.INVENTORY, state=Step.State.DONE)
    rows = Gap.objects.filter(audit=audit).exclude(action__startswith=USAGE_ACTIONS)
    gaps = list(rows.values_list("service", "region", "action", "kinds"))
    return Sight(
        read=frozenset(steps.values_list("service", "region")),
        hidden=frozenset((kind, region) for _, region, _, kinds in gaps for kind in kinds),
        tagless=frozenset(
            ("" if action.startswith(ALL_TAGS) else service, region)
            for service, region, action, _ in gaps
            if action.startswith(ALL_TAGS) or "Tag" in action  # DescribeTags, ListTagsForResource; not GetStages
        ),
    )


def pages_of(*, audit: Audit, sight: Sight, kind: str = "", rates: Rates | None = None) -> Iterator[list[Seen]]:
    """Every resource that the audit saw, so many at a time as memory is to hold, without usage: see `with_usage`. The
    bill is left out but for commitments, whose rules read it: see `bills_of`.

    With `kind` only resources of that kind, and those too that a later audit, still under way, has seen again by now.
    `rates` as `bills_of` has them.
    """
    until = usage_complete_until(audit.started_at or audit.requested_at)
    seen = {"kind": kind, "audit__requested_at__gte": audit.requested_at} if kind else {"audit": audit}
    rows = Resource.objects.filter(connection_id=audit.connection_id, kind__in=KINDS, **seen).order_by(*ROW_ORDER)
    # Which ones is asked once: a row that a later audit sees again meanwhile moves to it, and is judged all the same.
    row_ids = list(rows.values_list("id", flat=True))
    for start in range(0, len(row_ids), PAGE):
        yield _page(row_ids[start : start + PAGE], sight=sight, until=until, rates=rates)


def _page(row_ids: Sequence[UUID], *, sight: Sight, until: date, rates: Rates | None) -> list[Seen]:
    rows = Resource.objects.filter(id__in=row_ids).order_by(*ROW_ORDER)
    found = [
        (row_id, service, region, from_data(kind, data))
        for row_id, service, region, kind, data in rows.values_list("id", "service", "region", "kind", "data")
    ]
    bills = bills_of((thing for *_, thing in found if isinstance(thing, COMMITMENTS)), rates=rates)
    hidden = {region: sight.hidden_kinds(region) for region in {region for _, _, region, _ in found}}
    usage, no_bill = Usage(until=until), Bill()
    return [
        Seen(
            row_id=row_id,
            evidence=Evidence(
                thing=thing,
                usage=usage,
                bill=bills.of(thing) if isinstance(thing, COMMITMENTS) else no_bill,
                gapped_kinds=hidden[region],
                are_tags_read=sight.sees_tags(service=service, region=region),
            ),
        )
        for row_id, service, region, thing in found
    ]


def things_of(row_ids: Sequence[UUID]) -> dict[UUID, Thing]:
    """The resources of these rows as they were last seen, by row; those of no kind that we read are left out."""
    rows = Resource.objects.filter(id__in=row_ids, kind__in=KINDS).values_list("id", "kind", "data")
    return {row_id: from_data(kind, data) for row_id, kind, data in rows}


def with_usage(seen: Sequence[Seen]) -> list[Seen]:
    """The resources of a page with their usage, which is most of what is known.

    Usage counts until the last day that was complete when the audit began, which it was for all of its steps.
    """
    found: dict[UUID, list[SeriesRow]] = defaultdict(list)
    rows = UsageRow.objects.filter(resource_id__in=[one.row_id for one in seen])
    for resource_id, *row in rows.values_list("resource_id", *SERIES_FIELDS):
        found[resource_id].append(SeriesRow(*row))
    return [
        replace(one, evidence=replace(one.evidence, usage=usage_from(series, until=one.evidence.usage.until)))
        if (series := found.get(one.row_id))
        else one
        for one in seen
    ]


@dataclass(frozen=True, kw_only=True)
class Coverage:
    """The days for which bills of the organisation cover one account, without a hole.

    `ends` has each load that does, with the first day of it that is not complete, its last one.
    """

    billed_from: date
    billed_until: date
    ends: Mapping[UUID, date]

    def load_ids(self, *, since: date | None = None) -> frozenset[UUID]:
        """The loads, or those with charges of `since` and later."""
        return frozenset(load_id for load_id, end in self.ends.items() if since is None or end >= since)


@dataclass(frozen=True, kw_only=True)
class Bills:
    """What bills say, by account and the id under which they name a resource; `rates` by region."""

    coverage: Mapping[str, Coverage] = field(default_factory=dict)
    lines: Mapping[tuple[str, str], list[DayCost]] = field(default_factory=dict)
    rates: Mapping[str, tuple[BilledRate, ...]] = field(default_factory=dict)
    commitments: Mapping[tuple[str, str], list[DayCost]] = field(default_factory=dict)
    uncovered: Mapping[str, tuple[UncoveredDay, ...]] = field(default_factory=dict)

    def of(self, thing: Thing) -> Bill:
        """The bill of one resource; without any coverage where no bill names its account."""
        covered = self.coverage.get(thing.account_id)
        if covered is None:
            return Bill()
        is_commitment = isinstance(thing, COMMITMENTS)
        lines = [line for name in bill_ids(thing) for line in self.lines.get((thing.account_id, name), ())]
        if is_commitment:
            lines = list(self.commitments.get((thing.account_id, thing.resource_id), ()))
        return Bill(
            lines=tuple(sorted(lines, key=lambda line: (line.charge_date, line.usage_type, line.charge_category))),
            billed_from=covered.billed_from,
            billed_until=covered.billed_until,
            rates=self.rates.get(thing.region, ()),
            uncovered=self.uncovered.get(thing.region, ()) if is_commitment else (),
        )


class Rates:
    """What bills charge for each kind of use, by region, read once for all pages of a judging: it is a long sum."""

    def __init__(self) -> None:
        self._held: dict[tuple[frozenset[UUID], date, str], tuple[BilledRate, ...]] = {}

    def of(self, *, load_ids: frozenset[UUID], until: date, regions: set[str]) -> dict[str, tuple[BilledRate, ...]]:
        """Those of the last days before `until`."""
        new = {region for region in regions if (load_ids, until, region) not in self._held}
        if new:
            found = _rates(load_ids=load_ids, regions=new, until=until)
            self._held |= {(load_ids, until, region): found.get(region, ()) for region in new}
        return {region: self._held[load_ids, until, region] for region in regions}


def bills_of(things: Iterable[Thing], *, rates: Rates | None = None) -> Bills:
    """What any bill of the organisation says of these resources, in the days that can count for a saving.

    `rates` are those that were read for other resources before.
    """
    things = list(things)
    if not things:
        return Bills()
    coverage = coverage_of({thing.account_id for thing in things})
    if not coverage:
        return Bills()
    first = min(covered.billed_until for covered in coverage.values()) - timedelta(
        days=WINDOW_DAYS + LONGEST_CHARGE_DAYS
    )
    names = {name for thing in things for name in bill_ids(thing)}
    rows = CostLine.objects.filter(
        load_id__in=_loads(coverage, since=first),
        sub_account_id__in=coverage,
        resource_id__in=names,
        charge_date__gte=first,
    )
    lines: dict[tuple[str, str], list[DayCost]] = defaultdict(list)
    for account_id, name, *values in rows.values_list("sub_account_id", "resource_id", *LINE_FIELDS):
        lines[account_id, name].append(DayCost(**dict(zip(LINE_FIELDS, values, strict=True))))
    until = max(covered.billed_until for covered in coverage.values())
    committed = [thing for thing in things if isinstance(thing, COMMITMENTS)]
    return Bills(
        coverage=coverage,
        lines=lines,
        **_of_commitments(committed, load_ids=_loads(coverage, since=first), since=first, until=until),
        rates=(rates or Rates()).of(
            load_ids=_loads(coverage, since=until - timedelta(days=WINDOW_DAYS)),
            regions={thing.region for thing in things},
            until=until,
        ),
    )


def _of_commitments(
    things: Sequence[Thing], *, load_ids: frozenset[UUID], since: date, until: date
) -> dict[str, Mapping[Any, Any]]:
    if not things:
        return {}
    regions = {thing.region for thing in things if isinstance(thing, Reservation)}
    return {
        "commitments": lines_of(things, load_ids=load_ids, since=since),
        "uncovered": uncovered_by_region(load_ids=load_ids, regions=regions, since=since, until=until),
    }


def _loads(coverage: Mapping[str, Coverage], *, since: date) -> frozenset[UUID]:
    """Those with charges of `since` and later: of a large bill each load more is a million lines to go through."""
    return frozenset[UUID]().union(*(covered.load_ids(since=since) for covered in coverage.values()))


def coverage_of(account_ids: set[str], *, is_exported: bool = False) -> dict[str, Coverage]:
    """For each account that a current load covers: its latest stretch of billed days without a hole.

    `is_exported`: by what the provider wrote into an export alone. Files that people hand in may be a part of a bill.
    """
    loads: dict[str, list[BillLoad]] = defaultdict(list)
    # A load whose lines are no longer kept covers nothing: what they named would seem to cost nothing.
    current = BillLoad.objects.filter(
        state=BillLoad.State.LOADED, lines_removed_at=None, billed_from__lt=F("billed_until")
    ).order_by("-billed_until", "-billed_from", "id")
    if is_exported:
        current = current.filter(source__connection__isnull=False)
    for load in current.filter(sub_account_ids__overlap=sorted(account_ids)):
        for account_id in account_ids.intersection(load.sub_account_ids):
            loads[account_id].append(load)
    return {account_id: _stretch(of_account) for account_id, of_account in loads.items()}


def _stretch(loads: list[BillLoad]) -> Coverage:
    first, until, ends = None, None, {}
    for load in loads:
        if load.billed_from is None or load.billed_until is None:
            break
        if first is not None and load.billed_until < first and not _reaches(load, first):
            break
        first = load.billed_from if first is None else min(first, load.billed_from)
        until = until or load.billed_until
        ends[load.id] = load.billed_until
    if first is None or until is None:
        raise ValueError("A stretch needs a load that says which days it covers.")
    return Coverage(billed_from=first, billed_until=until, ends=ends)


def _reaches(load: BillLoad, later: date) -> bool:
    """Whether only the last day of its period, not complete when it was loaded, lies between the load and `later`.

    A bill that has gone on to complete days of the next period is done with the last day of the one before.
    """
    end = (load.billing_period.replace(day=1) + timedelta(days=32)).replace(day=1)
    return load.billed_until == end - timedelta(days=1) and later == end


def _rates(*, load_ids: frozenset[UUID], regions: set[str], until: date) -> dict[str, tuple[BilledRate, ...]]:
    rates: dict[str, list[BilledRate]] = defaultdict(list)
    for region, *values in _summed_rates(load_ids=load_ids, regions=regions, until=until):
        rates[region].append(BilledRate(**dict(zip(BilledRate.__dataclass_fields__, values, strict=True))))
    return {region: tuple(found) for region, found in rates.items()}


def _summed_rates(*, load_ids: frozenset[UUID], regions: set[str], until: date) -> Iterator[tuple[Any, ...]]:
    rates = CostRate.objects.filter(
        load_id__in=load_ids,
        region_id__in=regions,
        charge_date__gte=until - timedelta(days=WINDOW_DAYS),
        charge_date__lt=until,
    )
    kind_of_use = ("region_id", "usage_type", "charge_description", "billing_currency")
    return iter(
        rates.values(*kind_of_use, "consumed_unit")
        .annotate(cost=Sum("effective_cost"), quantity=Sum("consumed_quantity"))
        .order_by(*kind_of_use, "consumed_unit")
        .values_list(*kind_of_use, "cost", "quantity", "consumed_unit")
    )

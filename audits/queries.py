"""What pages ask of connections being looked at: where each stands, and which audits there were."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db.models import Count, Max, Sum

from audits.models import ApiCall, Audit, BillLoad, Gap, Schedule, Step
from audits.operations import UNDER_WAY
from connections import queries as connections
from connections.models import Connection
from connections.resources.opinions import SOURCES

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date, datetime
    from decimal import Decimal
    from uuid import UUID

    from connections.models import AccessCheck

MOST_AUDITS = 50
MOST_NIGHTS = 7
NOT_LOOKED_AT = "NOT_LOOKED_AT"


@dataclass(frozen=True, kw_only=True)
class Unreadable:
    """Something that an audit could not read, with the missing permission where one is."""

    service: str
    action: str
    region: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class Advisor:
    """One of the provider's own advisors: how much it says of the account, or why there is nothing of it to read."""

    name: str
    opinions: int
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class Standing:
    """A connection with all that its row says. Times and dates are None where there is nothing yet."""

    connection: Connection
    check: AccessCheck | None
    under_way: Audit | None
    last: Audit | None
    last_done: Audit | None
    next_at: datetime | None
    last_billed_day: date | None
    unreadable: tuple[Unreadable, ...]
    advisors: tuple[Advisor, ...] = ()

    @property
    def may_start(self) -> bool:
        """Whether an audit can be asked for now."""
        return self.connection.state == Connection.State.CONNECTED and self.under_way is None

    @property
    def refusals(self) -> list[str]:
        """Why the connection was refused, in sentences."""
        is_refused = self.connection.state == Connection.State.REFUSED and self.check is not None
        return [sentence for _, sentence in self.check.refusals] if is_refused and self.check else []


def standings(rows: Iterable[Connection] | None = None) -> list[Standing]:
    """Every live connection (or those given) with where it stands; as many queries for one as for a hundred."""
    found = connections.live_connections() if rows is None else list(rows)
    ids = [connection.id for connection in found]
    latest = Audit.objects.filter(connection_id__in=ids).order_by("connection_id", "-requested_at")
    last = {audit.connection_id: audit for audit in latest.distinct("connection_id")}
    done = {
        audit.connection_id: audit
        for audit in latest.filter(state=Audit.State.DONE).distinct("connection_id").defer("summary")
    }
    checks = connections.latest_checks()
    next_at = dict(Schedule.objects.filter(connection_id__in=ids).values_list("connection_id", "due_at"))
    billed = _last_billed_days(ids)
    gaps = _gaps_of([audit.id for audit in done.values()])
    advisors = _advisors_of([audit.id for audit in done.values()])
    return [
        Standing(
            connection=one,
            check=checks.get(one.id),
            under_way=audit if (audit := last.get(one.id)) is not None and audit.state in UNDER_WAY else None,
            last=last.get(one.id),
            last_done=done.get(one.id),
            next_at=None if one.is_paused else next_at.get(one.id),
            last_billed_day=billed.get(one.id),
            unreadable=tuple(gaps.get(done[one.id].id, ())) if one.id in done else (),
            advisors=tuple(advisors.get(done[one.id].id, ())) if one.id in done else (),
        )
        for one in found
    ]


def _last_billed_days(ids: list[UUID]) -> dict[UUID, date]:
    loads = BillLoad.objects.filter(
        source__connection_id__in=ids, state=BillLoad.State.LOADED, billed_until__isnull=False
    )
    ends = loads.values_list("source__connection_id").annotate(until=Max("billed_until")).order_by()
    return {connection_id: until - timedelta(days=1) for connection_id, until in ends}


def _gaps_of(audit_ids: list[UUID]) -> dict[UUID, list[Unreadable]]:
    """What each audit could not read, the regions that nobody asked for left out."""
    rows = (
        Gap.objects.filter(audit_id__in=audit_ids)
        .exclude(reason=NOT_LOOKED_AT)
        .order_by("service", "action", "region")
        .values_list("audit_id", "service", "action", "region", "reason")
        .distinct()
    )
    found: dict[UUID, list[Unreadable]] = {}
    for audit_id, service, action, region, reason in rows[:1000]:
        found.setdefault(audit_id, []).append(Unreadable(service=service, action=action, region=region, reason=reason))
    return found


def _advisors_of(audit_ids: list[UUID]) -> dict[UUID, list[Advisor]]:
    """What each audit read of the advisors. A note of theirs is the same in every region."""
    rows = Step.objects.filter(
        audit_id__in=audit_ids, kind=Step.Kind.INVENTORY, state=Step.State.DONE, service__in=SOURCES
    )
    counted = rows.values_list("audit_id", "service").annotate(said=Sum("resource_count"), note=Max("message"))
    found: dict[UUID, list[Advisor]] = {}
    for audit_id, service, said, note in counted.order_by("service"):
        found.setdefault(audit_id, []).append(Advisor(name=SOURCES[service], opinions=said, note=note))
    return found


@dataclass(frozen=True, kw_only=True)
class AuditRow:
    """One audit in a list."""

    audit: Audit
    gap_count: int
    call_count: int = 0

    @property
    def duration(self) -> str:
        """How long it took, in words; empty where it has not run to an end."""
        if self.audit.started_at is None or self.audit.ended_at is None:
            return ""
        minutes, seconds = divmod(round((self.audit.ended_at - self.audit.started_at).total_seconds()), 60)
        return f"{minutes} min {seconds} s" if minutes else f"{seconds} s"

    @property
    def opened(self) -> int | None:
        """How many findings it opened or reopened; None where it was not judged."""
        changes = self.audit.summary.get("changes")
        return changes["opened"] + changes["reopened"] if changes else None

    @property
    def resolved(self) -> int | None:
        """How many findings it resolved; None where it was not judged."""
        changes = self.audit.summary.get("changes")
        return changes["resolved"] if changes else None


def recent_audits(connection: Connection | None = None) -> list[AuditRow]:
    """The newest audits, of one connection or of all."""
    rows = Audit.objects.select_related("connection").order_by("-requested_at")
    if connection is not None:
        rows = rows.filter(connection=connection)
    audits = list(rows[:MOST_AUDITS])
    gaps = Gap.objects.filter(audit_id__in=[audit.id for audit in audits]).exclude(reason=NOT_LOOKED_AT)
    counts = dict(gaps.values_list("audit_id").annotate(count=Count("id")).order_by())
    booked = ApiCall.objects.filter(audit_id__in=[audit.id for audit in audits])
    calls = dict(booked.values_list("audit_id").annotate(calls=Sum("count")).order_by())
    return [
        AuditRow(audit=audit, gap_count=counts.get(audit.id, 0), call_count=calls.get(audit.id, 0)) for audit in audits
    ]


@dataclass(frozen=True, kw_only=True)
class NightRow:
    """What one night's audits took, of all connections."""

    night_date: date
    audit_count: int
    call_count: int
    not_called: int
    cost_usd: Decimal


def recent_nights() -> list[NightRow]:
    """The newest nights with their calls, the places that needed none, and what the calls cost."""
    audits = Audit.objects.filter(night_date__isnull=False).values("night_date").order_by("-night_date")
    found = list(audits.annotate(audits=Count("id"), cost=Sum("estimated_cost_usd"))[:MOST_NIGHTS])
    of_nights = {"audit__night_date__in": [row["night_date"] for row in found]}
    calls = ApiCall.objects.filter(**of_nights).values_list("audit__night_date").order_by()
    left_out = Step.objects.filter(**of_nights, state=Step.State.NOT_CALLED).values_list("audit__night_date").order_by()
    calls_of, left_out_of = dict(calls.annotate(calls=Sum("count"))), dict(left_out.annotate(steps=Count("id")))
    return [
        NightRow(
            night_date=row["night_date"],
            audit_count=row["audits"],
            call_count=calls_of.get(row["night_date"], 0),
            not_called=left_out_of.get(row["night_date"], 0),
            cost_usd=row["cost"],
        )
        for row in found
        if row["night_date"] is not None
    ]

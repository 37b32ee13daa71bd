"""When a connection's nightly audit is due: one a local date, whatever daylight saving does."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from django.db import IntegrityError, transaction

from audits.models import Audit, Schedule
from connections.models import Connection
from tenants import activity
from tenants.models import Organization
from tenants.wake import wake_scheduler

if TYPE_CHECKING:
    from datetime import date, datetime, time
    from uuid import UUID

JITTER_SECONDS = 3600  # so that an organisation's connections do not start at once, but for those with an export
BUSY_SECONDS = 600  # when an audit is running at the due time, the night is tried again after this
NIGHTLY = "nightly"  # who asked, for Audit.requested_by


@dataclass(frozen=True, kw_only=True)
class Rhythm:
    """An organisation's local hour, and one connection's place after it."""

    night_time: time
    timezone: str
    jitter_seconds: int = 0

    def moment(self, night: date) -> datetime | None:
        """When the night of that local date is due, in UTC. None where the date does not exist in that place.

        A local time that daylight saving skips is taken as if the clocks had not yet changed, one that comes twice at
        its first coming, so each date has one moment.
        """
        zone = ZoneInfo(self.timezone)
        moment = dt.datetime.combine(night, self.night_time, tzinfo=zone).astimezone(dt.UTC)
        if moment.astimezone(zone).date() != night:
            return None  # a place that crossed the date line left this day out
        return moment + dt.timedelta(seconds=self.jitter_seconds)

    def last(self, *, at: datetime) -> tuple[date, datetime]:
        """The latest night whose moment has come at `at`, and that moment."""
        return self._nearest(at=at, step=-1)

    def next(self, *, at: datetime) -> tuple[date, datetime]:
        """The first night whose moment is after `at`, and that moment."""
        return self._nearest(at=at, step=1)

    def _nearest(self, *, at: datetime, step: int) -> tuple[date, datetime]:
        # Local dates are at most a day away from UTC's, and jitter may carry a moment over midnight.
        night = at.date() - dt.timedelta(days=2 * step)
        while True:
            moment = self.moment(night)
            if moment is not None and ((moment > at) if step > 0 else (moment <= at)):
                return night, moment
            night += dt.timedelta(days=step)


def rhythm_of(*, schedule: Schedule) -> Rhythm:
    """The rhythm of a schedule inside the open scope. Who holds the export goes first: the others' nights go by its
    bill.
    """
    organization = Organization.objects.get()
    goes_first = schedule.connection is not None and schedule.connection.has_export
    return Rhythm(
        night_time=organization.night_time,
        timezone=organization.timezone,
        jitter_seconds=0 if goes_first else schedule.jitter_seconds,
    )


def plan_nights(*, connection: Connection, at: datetime) -> Schedule:
    """Make sure that a connection which is in use has its next night planned. Safe to call again."""
    schedule, _ = Schedule.objects.get_or_create(
        connection=connection, defaults={"jitter_seconds": connection.id.int % JITTER_SECONDS}
    )
    if schedule.due_at is None and _is_looked_at(connection):
        schedule.due_at = rhythm_of(schedule=schedule).next(at=at)[1]
        schedule.save(update_fields=["due_at"])
    return schedule


def pause(*, connection: Connection) -> None:
    """No more nights until `resume`. An audit that is running goes on."""
    Connection.objects.filter(id=connection.id).update(is_paused=True)
    Schedule.objects.filter(connection=connection).update(due_at=None)
    connection.is_paused = True


def resume(*, connection: Connection, at: datetime) -> None:
    """Nights again, from the next one on; what was left out meanwhile is not caught up."""
    Connection.objects.filter(id=connection.id).update(is_paused=False)
    connection.is_paused = False
    replan(at=at, connection=connection)


def set_rhythm(*, night_time: time, timezone: str, by: str, at: datetime) -> None:
    """Let the open scope's organisation's nights begin at another hour or in another place, from the next one on."""
    before = Organization.objects.get()
    Organization.objects.update(night_time=night_time, timezone=timezone)
    replan(at=at)
    activity.book(
        actor=by,
        verb="organization.nights_changed",
        subject_kind="organization",
        subject_id=before.id,
        at=at,
        detail={
            "before": f"{before.night_time:%H:%M} {before.timezone}",
            "after": f"{night_time:%H:%M} {timezone}",
        },
    )


def replan(*, at: datetime, connection: Connection | None = None) -> None:
    """Plan anew after the organisation's hour or timezone has changed, for one connection or for all."""
    schedules = Schedule.objects.select_related("connection")
    for schedule in schedules.filter(connection=connection) if connection else schedules:
        if _is_planned(schedule):
            due_at = rhythm_of(schedule=schedule).next(at=at)[1]
            Schedule.objects.filter(id=schedule.id).update(due_at=due_at)
    wake_scheduler()


def begin_night(*, schedule_id: UUID, at: datetime) -> Audit | None:
    """Ask for the audit of the latest night that has come, and plan the next one. Safe to run twice.

    Nights missed before it (the machines were off) are not made up one by one. While another audit of the connection
    runs, the night waits for it.
    """
    schedule = Schedule.take(schedule_id, at=at, seconds=BUSY_SECONDS)
    if schedule is None or schedule.connection is None:
        return None
    if not _is_looked_at(schedule.connection):
        schedule.settle(due_at=None)
        return None
    rhythm = rhythm_of(schedule=schedule)
    night, _ = replace(rhythm, jitter_seconds=0).last(at=at)  # by the hour: whether it holds an export may have changed
    audit = _request(connection=schedule.connection, night=night, at=at)
    if audit is None and not Audit.objects.filter(connection=schedule.connection, night_date=night).exists():
        schedule.settle(due_at=at + dt.timedelta(seconds=BUSY_SECONDS))
        return None
    schedule.settle(due_at=rhythm.next(at=at)[1], last_night_date=night)
    if audit is not None:
        activity.book(
            actor=activity.NIGHTLY_PLAN,
            verb="audit.requested",
            subject_kind="audit",
            subject_id=audit.id,
            at=at,
            detail={"connection": schedule.connection.label, "night": night.isoformat()},
        )
    return audit


def _is_planned(schedule: Schedule) -> bool:
    """A night of no connection is the organisation's own (`audits.own_nights`), and stays unplanned where it is."""
    if schedule.connection is None:
        return schedule.due_at is not None
    return _is_looked_at(schedule.connection)


def _is_looked_at(connection: Connection) -> bool:
    return connection.state == Connection.State.CONNECTED and not connection.is_paused


def _request(*, connection: Connection, night: date, at: datetime) -> Audit | None:
    """The night's audit; None where it exists or another one of the connection is running."""
    try:
        with transaction.atomic():
            audit = Audit.objects.create(
                connection=connection, requested_by=NIGHTLY, night_date=night, requested_at=at, due_at=at
            )
    except IntegrityError:
        return None
    wake_scheduler()
    return audit

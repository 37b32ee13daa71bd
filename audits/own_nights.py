"""When an organisation's own night is due, on which its old bill lines are removed, whatever becomes of connections."""

from __future__ import annotations

from typing import TYPE_CHECKING

from audits import retention
from audits.models import Schedule
from audits.nights import BUSY_SECONDS, JITTER_SECONDS, rhythm_of
from tenants import scope

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID


def plan(*, at: datetime) -> Schedule:
    """Make sure that the open scope's organisation has a night of its own planned. Safe to call again.

    Whoever loads bills calls it under the lock that loads take, so that two do not plan two.
    """
    schedule, _ = Schedule.objects.get_or_create(
        connection=None, defaults={"jitter_seconds": scope.current().int % JITTER_SECONDS}
    )
    if schedule.due_at is None:
        schedule.due_at = rhythm_of(schedule=schedule).next(at=at)[1]
        schedule.save(update_fields=["due_at"])
    return schedule


def begin(*, schedule_id: UUID, at: datetime) -> bool:
    """Whether the row is the organisation's own night and has come. Then the next one is planned.

    None is where no lines are left; the next load plans one again.
    """
    if not Schedule.objects.filter(id=schedule_id, connection=None).exists():
        return False
    schedule = Schedule.take(schedule_id, at=at, seconds=BUSY_SECONDS)
    if schedule is None:
        return False
    rhythm = rhythm_of(schedule=schedule)
    due_at = rhythm.next(at=at)[1] if retention.has_lines() else None
    return schedule.settle(due_at=due_at, last_night_date=rhythm.last(at=at)[0])

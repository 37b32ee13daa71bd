"""What is due now: the scheduler's look at the rows that are the queue, and its memory of what it has sent."""

from __future__ import annotations

import datetime as dt
import logging
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, Protocol

from django.db import connection
from psycopg import sql

from costframe.queue import QueueIsAway

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

log = logging.getLogger(__name__)
# Whichever row of these tables is due is sent to the actor that takes it.
TABLES = {
    "check_access": "connections_accesscheck",
    "plan_night": "audits_schedule",
    "run_audit": "audits_audit",
    "run_step": "audits_step",
    "load_upload": "audits_billupload",
    "preview_thresholds": "findings_thresholdpreview",
    "take_in_event": "tenants_clerkevent",
    "seal_trail": "tenants_unsealedactivity",
}
# These actors deal with all of an organisation's rows together, so the one that has waited longest is sent for all.
TOGETHER = frozenset({"seal_trail"})
ROW_BY_ROW = "select {actor} as actor, id, organization_id, due_at from {table} where due_at <= %(at)s"
BY_ORGANIZATION = """(select distinct on (organization_id) {actor} as actor, id, organization_id, due_at from {table}
                       where due_at <= %(at)s order by organization_id, due_at, id)"""
STEPS = "run_step"
# An account's night is thousands of steps, which may wait: whatever else is due goes first. Of the steps organisations
# take turns; within one they go by the minute and then in no order, so that its accounts are read side by side.
IN_TURN = """
with due as ({looks}), ordered as (
  select *, actor = {steps} as is_step,
         row_number() over (partition by actor = {steps}, organization_id
                                order by date_trunc('minute', due_at), id) as turn from due)
select actor, id, organization_id, due_at from ordered
 order by is_step, case when is_step then turn end, due_at, id limit {most}
"""
MOST_AT_ONCE = 5000
# Messages in the queue, of which the first sent is the first taken: what is asked for meanwhile stands behind so many.
MOST_WAITING = 200
BUSY_FACTOR = 10  # how much longer a row that is still due may be waiting in a queue that is not empty
EAGER_SECONDS = 1.0
IDLE_SECONDS = 15.0


class Sender(Protocol):
    """Where the scheduler puts its messages."""

    def send(self, actor_name: str, organization_id: UUID, row_id: UUID) -> None: ...

    def waiting(self) -> int: ...


@dataclass(frozen=True, kw_only=True)
class Due:
    """A row that somebody should take: ids and a time, which is all that the scheduler's database role may read."""

    actor: str
    row_id: UUID
    organization_id: UUID
    due_at: datetime

    @property
    def key(self) -> tuple[UUID, datetime]:
        """A row that becomes due anew is another one to send."""
        return self.row_id, self.due_at


def due_rows(*, at: datetime) -> list[Due]:
    """Rows due at `at`: first those that are no steps, the longest waiting first; then steps, in turn."""
    looks = sql.SQL(" union all ").join(
        sql.SQL(BY_ORGANIZATION if actor in TOGETHER else ROW_BY_ROW).format(
            actor=sql.Literal(actor), table=sql.Identifier(table)
        )
        for actor, table in TABLES.items()
    )
    statement = sql.SQL(IN_TURN).format(looks=looks, steps=sql.Literal(STEPS), most=sql.Literal(MOST_AT_ONCE))
    with connection.cursor() as cursor:
        cursor.execute(statement, {"at": at})
        return [
            Due(actor=actor, row_id=row_id, organization_id=organization_id, due_at=due_at)
            for actor, row_id, organization_id, due_at in cursor.fetchall()
        ]


def next_due_at(*, at: datetime) -> datetime | None:
    """When the next row after `at` becomes due."""
    looks = sql.SQL(" union all ").join(
        sql.SQL("select min(due_at) as due_at from {table} where due_at > %(at)s").format(table=sql.Identifier(table))
        for table in TABLES.values()
    )
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL("select min(due_at) from ({looks}) as looks").format(looks=looks), {"at": at})
        found: datetime | None = cursor.fetchone()[0]
        return found


@dataclass(kw_only=True)
class Scheduler:
    """Sends what is due, once; and again after a while where nobody took it.

    A row that a worker took is no longer due, so a row that stays due has lost its message: Redis was emptied, or the
    worker that had fetched it died. Sending twice is harmless, since workers claim by compare-and-set. No more is sent
    than workers take soon: the rows are the queue, and are looked at anew each time.
    """

    queue: Sender
    resend_seconds: float
    sent: dict[tuple[UUID, datetime], datetime] = field(default_factory=dict)

    def look(self, *, at: datetime) -> float:
        """Send what is due at `at`. Returns for how many seconds nothing else can become due by itself."""
        rows = due_rows(at=at)
        self.sent = {row.key: self.sent[row.key] for row in rows if row.key in self.sent}
        try:
            self._send(rows, at=at)
        except QueueIsAway:
            log.exception("The queue is away; what is due stays due.")
            return EAGER_SECONDS
        return EAGER_SECONDS if rows else self._pause(at=at)

    def _send(self, rows: list[Due], *, at: datetime) -> None:
        patience, waiting = dt.timedelta(seconds=self.resend_seconds), self.queue.waiting()
        if waiting and any(at - sent_at >= patience for sent_at in self.sent.values()):
            patience *= BUSY_FACTOR
        unsent = (row for row in rows if (sent_at := self.sent.get(row.key)) is None or at - sent_at >= patience)
        for row in islice(unsent, max(0, MOST_WAITING - waiting)):
            self.queue.send(row.actor, row.organization_id, row.row_id)
            self.sent[row.key] = at

    def _pause(self, *, at: datetime) -> float:
        soonest = next_due_at(at=at)
        return IDLE_SECONDS if soonest is None else min(IDLE_SECONDS, max(0.0, (soonest - at).total_seconds()))

"""Seals what was appended to an organisation's trail into its chain. The worker's, one at a time an organisation."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from django.db import connection

from tenants import scope
from tenants.chain import BEGINNING, VERSION, Head, last_seal, link
from tenants.models import Activity, ActivitySeal, UnsealedActivity

if TYPE_CHECKING:
    from datetime import datetime

log = logging.getLogger(__name__)
MOST_AT_ONCE = 5000
# A trail has one sealer at a time. The lock goes with the transaction, whose seals the next sealer then sees.
TRY_LOCK = "select pg_try_advisory_xact_lock(hashtextextended('costframe seals ' || %s, 0))"


def seal_waiting(*, at: datetime) -> int:
    """Seal the lines that wait in the open scope, as its transaction's one work. Returns how many were dealt with.

    Safe to run twice and beside itself: where another transaction is sealing this trail, nothing is done. What is left
    stays due.
    """
    if not _is_only_sealer():
        return 0
    waiting = list(UnsealedActivity.objects.order_by("due_at", "id").values_list("id", flat=True)[:MOST_AT_ONCE])
    sealed = ActivitySeal.objects.filter(activity_id__in=waiting).values("activity_id")
    lines = Activity.objects.filter(id__in=waiting).exclude(id__in=sealed).order_by("at", "id")
    seals = _seals(list(lines), at=at)
    ActivitySeal.objects.bulk_create(seals)
    UnsealedActivity.objects.filter(id__in=waiting).delete()
    if seals:
        # Kept apart from the database, this line is what a chain that was written anew can be held against.
        log.info("The trail of %s is sealed up to %s:%s", scope.current(), seals[-1].position, seals[-1].hash)
    return len(waiting)


def _is_only_sealer() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(TRY_LOCK, [str(scope.current())])
        return bool(cursor.fetchone()[0])


def _seals(lines: list[Activity], *, at: datetime) -> list[ActivitySeal]:
    last = last_seal()
    head = Head(position=last.position, hash=last.hash) if last else Head(position=0, hash=BEGINNING)
    seals = []
    for line in lines:
        position = head.position + 1
        head = Head(position=position, hash=link(previous=head.hash, position=position, sealed_at=at, line=line))
        seals.append(ActivitySeal(position=position, activity=line, version=VERSION, hash=head.hash, sealed_at=at))
    return seals

"""Wakes the scheduler: some row has become due. Nothing else is said, so nothing can leak."""

from __future__ import annotations

from django.db import connection

CHANNEL = "costframe_due"


def wake_scheduler() -> None:
    """Notify the scheduler once the running transaction has committed; rolled back, nothing is said."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_notify(%s, '')", [CHANNEL])

"""A trail with a few lines, its sealer as the worker runs it, and somebody who may do anything to the tables."""

from __future__ import annotations

import datetime as dt
from contextlib import contextmanager
from uuid import UUID, uuid5

from django.db import connection

from tenants import activity, scope
from tenants.models import Activity
from tenants.sealing import seal_waiting
from tests.conftest import AT
from tests.database import acting_as

SUBJECT = UUID(int=7)
MINUTE = dt.timedelta(minutes=1)


def append(organization, *, count=5, first=0):
    """`count` lines, a minute apart."""
    with scope.organization(organization.id):
        for number in range(first, first + count):
            activity.book(
                actor="Ada (user_ada)",
                verb="connection.paused",
                subject_kind="connection",
                subject_id=uuid5(SUBJECT, str(number)),
                at=AT + number * MINUTE,
                detail={"label": f"Shop {number}"},
            )


def seal(organization, *, at=AT + 60 * MINUTE):
    with acting_as("cf_worker"), scope.organization(organization.id):
        return seal_waiting(at=at)


def lines(organization):
    with scope.organization(organization.id):
        return list(Activity.objects.order_by("at", "id"))


@contextmanager
def tampering():
    """Run statements past every wall, as the tables' owner may once the walls are torn down."""
    with connection.cursor() as cursor:
        cursor.execute("set constraints all immediate")
        with acting_as("cf_owner"):
            cursor.execute("alter table tenants_activityseal drop constraint if exists "
                           "tenants_activityseal_activity_id_same_organization")  # fmt: skip
            for table in ("tenants_activity", "tenants_activityseal", "tenants_unsealedactivity"):
                cursor.execute(f"alter table {table} no force row level security")
            cursor.execute("alter table tenants_activity disable trigger mark_unsealed")
            yield cursor

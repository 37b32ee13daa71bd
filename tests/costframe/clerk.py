"""The inbox of webhooks for tests: what web puts in, what a worker does with it, and what its owner sees."""

from __future__ import annotations

import datetime as dt
import uuid

from django.db import connection
from django.utils import timezone

from costframe import pipeline
from tenants import inbox, scope
from tenants.models import Activity, ClerkEvent, Member, Organization
from tenants.organization_ids import organization_id_for
from tests.conftest import AT, ISSUER
from tests.database import acting_as
from tests.tenants.webhook import membership

MINUTE, DAY = dt.timedelta(minutes=1), dt.timedelta(days=1)
NORTHWIND = organization_id_for(issuer=ISSUER, clerk_id="org_northwind")


def arrive(event, *, issuer=ISSUER, message_id=None, at=None):
    """A webhook that web has verified."""
    inbox.put_in(
        issuer=issuer, message_id=message_id or uuid.uuid4().hex, event_type=event["type"], body=event,
        at=at or timezone.now(),
    )  # fmt: skip


def everything(columns="organization_id, id, state, payload::text, reason, type", where="true"):
    """The inbox as the database's owner sees it."""
    with connection.cursor() as cursor:
        cursor.execute("set local role cf_owner")
        cursor.execute(f"select {columns} from tenants_clerkevent where {where} order by received_at, id")
        rows = cursor.fetchall()
        cursor.execute("set local role cf_web")
    return rows


# One membership: begun, changed and ended.
EVENTS = {
    "created": membership(at=AT),
    "updated": membership("updated", at=AT + MINUTE, joined_at=AT, role="viewer"),
    "deleted": membership("deleted", at=AT + 2 * MINUTE, joined_at=AT),
}
ACT = pipeline._for_its_row(pipeline.take_in_event)


def take(event_id, organization_id=NORTHWIND):
    """What a worker does with a message: it enters by the row, for it has no key."""
    with acting_as("cf_worker"):
        ACT(str(organization_id), str(event_id))


def work():
    """Everything that is due, taken by a worker, and whatever becomes due by that."""
    while due := everything("organization_id, id", "due_at <= clock_timestamp()"):
        for organization_id, event_id in due:
            take(event_id, organization_id)


def states():
    return [state for _, _, state, _, _, _ in everything()]


def inside(organization_id=NORTHWIND):
    return scope.organization(organization_id)


def member(user_id="user_ada", organization_id=NORTHWIND):
    with inside(organization_id):
        return Member.objects.filter(user_id=user_id).first()


def trail(organization_id=NORTHWIND):
    with inside(organization_id):
        return list(Activity.objects.order_by("at").values_list("verb", flat=True))


def name(organization_id=NORTHWIND):
    with inside(organization_id):
        return Organization.objects.get().name


def everything_id():
    with inside(), acting_as("cf_worker"):
        return ClerkEvent.objects.get().id

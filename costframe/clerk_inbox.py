"""The worker's end of the inbox: takes an event that the identity provider sent, and does what it says. Once."""

from __future__ import annotations

import datetime as dt
import logging
from typing import TYPE_CHECKING

from django.conf import settings
from django.utils import timezone

from audits import uploads
from connections.models import Connection
from costframe.broker import book_lost
from costframe.deletion import delete_connection
from tenants import activity, clerk_events, members, scope
from tenants.clerk_events import MembershipEvent, PersonEvent, Unreadable
from tenants.models import ClerkEvent, Organization
from tenants.organization_ids import organization_id_for
from tenants.spreading import spread
from tenants.wake import wake_scheduler

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from tenants.clerk_events import ClerkNews

log = logging.getLogger(__name__)
MOST_TRIES = 5
REMEMBERED = dt.timedelta(days=7)  # the provider sends again for about a day; its dashboard may at any time
LOOK_AGAIN = dt.timedelta(hours=1)
TO_DO = (ClerkEvent.State.RECEIVED, ClerkEvent.State.WAITING)


class NoLongerOurs(Exception):
    """Another worker has taken the event over: what this one did is rolled back."""


def take_in(*, organization_id: UUID, event_id: UUID) -> None:
    """Do what an event says, in one transaction with noting that it is done; or forget one that is old.

    What cannot be read, and what failed again and again, ends as a booked dead letter.
    """
    with scope.organization(organization_id):
        event = ClerkEvent.take(event_id, at=timezone.now(), seconds=settings.LEASE_SECONDS)
        if event is None:
            return
        if event.state not in TO_DO:
            event.delete()
            return
    try:
        with scope.organization(organization_id):
            _do(event, at=timezone.now())
    except NoLongerOurs:
        log.warning("Event %s was taken over; what this worker did is dropped.", event.id)
    except Unreadable as error:
        _bury(organization_id, event, f"Unreadable: {error}"[:255])
    except Exception as error:
        if event.attempt >= MOST_TRIES:
            _bury(organization_id, event, f"Failed {event.attempt} times, at last with {type(error).__name__}")
        raise


def _do(event: ClerkEvent, *, at: datetime) -> None:
    if event.type not in clerk_events.KNOWN:
        _end(event, ClerkEvent.State.DROPPED, reason="Its type is not used here")
        dropped = ClerkEvent.objects.filter(state=ClerkEvent.State.DROPPED).count()
        log.info("Dropped an event of type %s, %d in the last %d days.", event.type, dropped, REMEMBERED.days)
        return
    if event.type == clerk_events.FIRST_REQUEST:
        ClerkEvent.objects.filter(state=ClerkEvent.State.WAITING).update(due_at=at)
        wake_scheduler()
        _end(event, ClerkEvent.State.DONE)
        return
    what = clerk_events.read(event.type, event.payload, received_at=event.received_at)
    if isinstance(what, PersonEvent) and _is_own(event, what.user_id):
        spread(event.id)
        wake_scheduler()
        _end(event, ClerkEvent.State.DONE)
        return
    organization = Organization.objects.filter(issuer=event.issuer).first()
    if organization is None:
        _put_aside(event, at=at)
        return
    if not isinstance(what, PersonEvent) and not _is_own(event, what.clerk_id):
        raise Unreadable("it is about another organisation than it stands under")
    _apply(what, organization, at=at)
    _end(event, ClerkEvent.State.DONE)


def _apply(what: ClerkNews, organization: Organization, *, at: datetime) -> None:
    if isinstance(what, PersonEvent):
        members.apply_person(what, at=at)
    elif organization.deleted_at is not None:
        return  # nothing that comes late brings it back
    elif isinstance(what, MembershipEvent):
        members.apply_membership(what, at=at)
    elif what.deleted_at is not None:
        _end_organization(organization, deleted_at=what.deleted_at, at=at)
    else:
        members.rename_organization(what)


def _end_organization(organization: Organization, *, deleted_at: datetime, at: datetime) -> None:
    """Nobody gets in, nothing is looked at any more, and every credential is purged. What was found stays."""
    Organization.objects.update(deleted_at=deleted_at)
    members.remove_all(removed_at=deleted_at, at=at)
    for connection in Connection.objects.exclude(state=Connection.State.DELETED):
        delete_connection(connection=connection, by=members.PROVIDER, at=at)
    uploads.end_all(at=at)
    activity.book(
        actor=members.PROVIDER, verb="organization.deleted", subject_kind="organization", subject_id=organization.id,
        at=at,
    )  # fmt: skip


def _is_own(event: ClerkEvent, clerk_id: str) -> bool:
    """Whether the event stands where one about `clerk_id` belongs. Its body alone is not believed."""
    return event.organization_id == organization_id_for(issuer=event.issuer, clerk_id=clerk_id)


def _put_aside(event: ClerkEvent, *, at: datetime) -> None:
    """Its organisation is not known here: it may make its first request soon, or is none of ours."""
    if at - event.received_at >= REMEMBERED:
        event.delete()
    elif not event.settle(state=ClerkEvent.State.WAITING, due_at=at + LOOK_AGAIN, attempt=0):
        raise NoLongerOurs


def _end(event: ClerkEvent, state: ClerkEvent.State, *, reason: str = "") -> None:
    """Forget what it held now, and that it came when nobody sends it again any more."""
    due_at = event.received_at + REMEMBERED
    if not event.settle(state=state, due_at=due_at, payload={}, reason=reason):
        raise NoLongerOurs


def _bury(organization_id: UUID, event: ClerkEvent, reason: str) -> None:
    log.error("Event %s of type %s is given up: %s.", event.id, event.type, reason)
    with scope.organization(organization_id):
        _end(event, ClerkEvent.State.DEAD, reason=reason)
        book_lost(organization_id=organization_id, row_id=event.id, actor="take_in_event", reason=reason)

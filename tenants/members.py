"""Who belongs to an organisation: whom web sees come in, and what the provider's webhooks say since."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict
from typing import TYPE_CHECKING
from uuid import uuid4

from django.db import connection

from tenants import activity, inbox
from tenants.access import named
from tenants.models import Member, Organization
from tenants.standing import Standing

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from tenants.clerk_events import MembershipEvent, OrganizationEvent, PersonEvent
    from tenants.identity import Identity

SEEN_AGAIN = dt.timedelta(minutes=5)  # how exact `last_seen_at` is, so that reading a page seldom writes
PROVIDER = "Clerk"  # who acts, in the trail


def come_in(*, identity: Identity, organization_id: UUID, at: datetime) -> tuple[Organization, Member | None]:
    """The organisation of a verified token and this person in it, both made at their first sight.

    Nobody is put down as seen who is only impersonated, nor in an organisation that was deleted: None then, unless
    they are known. Inside the organisation's scope.
    """
    member = Member.objects.select_related("organization").filter(user_id=identity.user_id).first()
    organization = member.organization if member else _organization(identity, organization_id, at=at)
    if identity.is_impersonated or organization.deleted_at is not None:
        return organization, member
    if member is None:
        member = _first_sight(identity, organization_id, at=at)
    elif member.removed_at is None:
        _see_again(member, identity, at=at)
    return organization, member


def apply_membership(event: MembershipEvent, *, at: datetime) -> None:
    """Write down how somebody stands after an event. Safe to run twice and in any order. The worker only."""
    fresh = Member(user_id=event.user_id, name=event.name, role=event.role, first_seen_at=at)
    Member.objects.bulk_create([fresh], ignore_conflicts=True)  # two events at once are no error
    member = Member.objects.select_for_update().get(user_id=event.user_id)
    before = _standing(member)
    after = before.after(event)
    is_new = member.id == fresh.id
    if after == before:
        return
    named_so = {} if member.name else {"name": event.name}
    Member.objects.filter(id=member.id).update(**asdict(after), **named_so)
    if after.removed_at is not None:
        if before.removed_at is None and not is_new:
            _book(member, "member.removed", at=at)
    elif is_new or before.removed_at is not None:
        _book(member, "member.added", at=at, role=after.role)
    elif after.role != before.role:
        _book(member, "member.role_changed", at=at, before=before.role, after=after.role)


def apply_person(event: PersonEvent, *, at: datetime) -> None:
    """A new name, or the end of an account: in the scope of one organisation that the person is in."""
    people = Member.objects.select_for_update().filter(user_id=event.user_id)
    if event.deleted_at is not None:
        for member in people.filter(removed_at=None):
            _remove(member, removed_at=event.deleted_at, at=at)
    elif event.name:
        for member in people:
            if member.named_at is None or (event.updated_at and event.updated_at > member.named_at):
                Member.objects.filter(id=member.id).update(name=event.name, named_at=event.updated_at)


def rename_organization(event: OrganizationEvent) -> None:
    """Take over the organisation's name, unless a newer one is known."""
    organization = Organization.objects.select_for_update().get()
    if organization.updated_at is None or (event.updated_at and event.updated_at > organization.updated_at):
        Organization.objects.update(name=event.name, updated_at=event.updated_at)


def remove_all(*, removed_at: datetime, at: datetime) -> None:
    """Nobody is a member any more: the organisation itself has ended."""
    for member in Member.objects.select_for_update().filter(removed_at=None):
        _remove(member, removed_at=removed_at, at=at)


def _organization(identity: Identity, organization_id: UUID, *, at: datetime) -> Organization:
    found = Organization.objects.filter(id=organization_id).first()
    if found is not None:
        return found
    clerk_id = identity.clerk_organization_id or ""
    first_seen = Organization(
        id=organization_id,
        issuer=identity.issuer,
        clerk_id=clerk_id,
        name=identity.organization_slug or clerk_id,
        created_at=at,
    )
    Organization.objects.bulk_create([first_seen], ignore_conflicts=True)  # two first requests at once are no error
    inbox.announce_first_request(issuer=identity.issuer, clerk_id=clerk_id, at=at)
    return Organization.objects.get(id=organization_id)


def _first_sight(identity: Identity, organization_id: UUID, *, at: datetime) -> Member:
    # By name of column, as web may write no others: whoever was removed stays so, whatever web does.
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into tenants_member (id, organization_id, user_id, name, role, first_seen_at, last_seen_at) "
            "values (%s, %s, %s, %s, %s, %s, %s) on conflict do nothing",
            [uuid4(), organization_id, identity.user_id, identity.name or "", identity.role or "", at, at],
        )
        is_first = bool(cursor.rowcount)
    member = Member.objects.get(user_id=identity.user_id)
    if is_first:
        _book_first_sight(member, identity, at=at)
    return member


def _see_again(member: Member, identity: Identity, *, at: datetime) -> None:
    is_first = member.last_seen_at is None
    is_named_anew = bool(identity.name) and identity.name != member.name
    if not (member.last_seen_at is None or is_named_anew or at - member.last_seen_at >= SEEN_AGAIN):
        return
    member.name, member.last_seen_at = identity.name or member.name, at
    Member.objects.filter(id=member.id).update(name=member.name, last_seen_at=at)
    if is_first:
        _book_first_sight(member, identity, at=at)


def _book_first_sight(member: Member, identity: Identity, *, at: datetime) -> None:
    activity.book(
        actor=named(identity), verb="member.first_seen", subject_kind="member", subject_id=member.id, at=at,
        detail={"role": identity.role or ""},
    )  # fmt: skip


def _remove(member: Member, *, removed_at: datetime, at: datetime) -> None:
    Member.objects.filter(id=member.id).update(removed_at=removed_at)
    _book(member, "member.removed", at=at)


def _book(member: Member, verb: str, *, at: datetime, **detail: str) -> None:
    who = {"user_id": member.user_id, "name": member.name, **detail}
    activity.book(actor=PROVIDER, verb=verb, subject_kind="member", subject_id=member.id, at=at, detail=who)


def _standing(member: Member) -> Standing:
    return Standing(
        role=member.role, joined_at=member.joined_at, updated_at=member.updated_at, removed_at=member.removed_at
    )

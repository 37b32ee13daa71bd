"""How an event of the identity provider ends: done and forgotten, or given up and booked; and an organisation's own end."""

from __future__ import annotations

import uuid

import pytest

from audits.models import Audit, LostMessage, Schedule
from connections.models import Connection, SealedCredential
from costframe import clerk_inbox
from findings.models import Finding
from tenants import members
from tenants.models import ClerkEvent, Organization
from tests.conftest import AT
from tests.costframe.clerk import (
    DAY,
    EVENTS,
    MINUTE,
    NORTHWIND,
    arrive,
    everything,
    everything_id,
    inside,
    member,
    name,
    states,
    take,
    trail,
    work,
)
from tests.costframe.test_deletion import in_use
from tests.database import acting_as
from tests.tenants.webhook import membership, organization_event

pytestmark = pytest.mark.django_db


BROKEN = {
    "no data": {"data": None},
    "a list for data": {"data": []},
    "no person": {"data": {**EVENTS["created"]["data"], "public_user_data": None}},
    "no role": {"data": {**EVENTS["created"]["data"], "role": None}},
    "a text for a time": {"data": {**EVENTS["created"]["data"], "updated_at": "2026-11-20"}},
    "no beginning": {"data": {**EVENTS["created"]["data"], "created_at": None}},
    "a negative time": {"data": {**EVENTS["created"]["data"], "updated_at": -5}},
    "a time to come, which would make all later news stale": {
        "data": {**EVENTS["created"]["data"], "updated_at": 4_102_444_800_000}
    },
}


@pytest.mark.parametrize("change", BROKEN.values(), ids=BROKEN)
def test_what_cannot_be_read_ends_as_a_booked_dead_letter_and_is_not_tried_again(change, organization):
    arrive({**EVENTS["created"], **change})
    work()
    [(organization_id, event_id, state, payload, reason, _)] = everything()
    assert (state, payload) == ("DEAD", "{}")
    assert reason.startswith("Unreadable: ")
    assert member() is None
    with acting_as("cf_worker"), inside():
        lost = list(LostMessage.objects.values_list("actor", "row_id", "reason"))
    assert lost == ([("take_in_event", event_id, reason)] if organization_id == NORTHWIND else [])


def test_what_fails_again_and_again_is_given_up_and_booked(organization, monkeypatch):
    def fail(*_, **__):
        raise RuntimeError("planted")

    monkeypatch.setattr(members, "apply_membership", fail)
    arrive(membership(at=AT))
    [(_, event_id, *_)] = everything()
    for number in range(clerk_inbox.MOST_TRIES):
        assert states() == ["RECEIVED"], number
        with acting_as("cf_worker"), inside():
            ClerkEvent.objects.update(due_at=AT)  # its lease has run out
        with pytest.raises(RuntimeError):
            take(event_id)
    assert states() == ["DEAD"]
    with acting_as("cf_worker"), inside():
        assert LostMessage.objects.get().reason == "Failed 5 times, at last with RuntimeError"


def test_what_a_failing_event_wrote_is_undone(organization, monkeypatch):
    def fail(**_):
        raise RuntimeError

    monkeypatch.setattr(members.activity, "book", fail)
    arrive(membership(at=AT))
    with pytest.raises(RuntimeError):
        take(everything_id())
    assert member() is None


def test_an_event_that_another_worker_has_taken_over_leaves_nothing_of_the_first(organization, monkeypatch):
    real = members.apply_membership

    def slow(event, *, at):
        real(event, at=at)
        ClerkEvent.objects.update(claim=uuid.uuid4())  # meanwhile the lease ran out and another took it

    monkeypatch.setattr(members, "apply_membership", slow)
    arrive(membership(at=AT))
    take(everything_id())
    assert member() is None


def test_what_is_done_holds_nothing_any_more_and_is_forgotten_after_a_week(organization):
    arrive(membership(at=AT))
    work()
    [(payload, due_at, received_at)] = everything("payload::text, due_at, received_at")
    assert (payload, due_at - received_at) == ("{}", clerk_inbox.REMEMBERED)
    with acting_as("cf_worker"), inside():
        ClerkEvent.objects.update(due_at=AT)
    work()
    assert everything() == []


def test_the_end_of_an_organisation_ends_everything_in_it(organization, visitor):
    with inside():
        shop = in_use()
    visitor.get("/connections/")
    arrive(organization_event("deleted", at=AT + MINUTE))
    work()
    with inside():
        assert Organization.objects.get().deleted_at == AT + MINUTE
        assert Connection.objects.get().state == "DELETED"
        assert Schedule.objects.get().due_at is None
        assert Audit.objects.get(state="RUNNING").stop_requested_at is not None
        assert Finding.objects.get().resolution == "CONNECTION_DELETED"
        with acting_as("cf_worker"):
            assert not SealedCredential.objects.exists()
    assert member().removed_at == AT + MINUTE
    assert {"organization.deleted", "connection.deleted", "member.removed"} <= set(trail())
    assert visitor.post(f"/connections/{shop.id}/audit/").status_code == 403


def test_nothing_that_comes_after_an_organisations_end_brings_anything_back(organization):
    arrive(organization_event("deleted", at=AT))
    work()
    arrive(organization_event(at=AT + DAY, name="Back again"))
    arrive(membership(at=AT + DAY))
    work()
    assert (name(), member()) == ("Northwind", None)
    assert set(states()) == {"DONE"}


def test_the_end_of_an_organisation_leaves_the_others_alone(organization, other_organization, stranger):
    stranger.get("/connections/")
    with inside(other_organization.id):
        in_use()
    arrive(organization_event("deleted", at=AT))
    work()
    with inside(other_organization.id):
        assert Connection.objects.get().state == "CONNECTED"
    assert member(organization_id=other_organization.id).removed_at is None

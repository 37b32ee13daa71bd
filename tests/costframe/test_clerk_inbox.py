"""What a webhook does once the worker has it: once, in any order, and in its own organisation."""

from __future__ import annotations

import datetime as dt
import itertools

import pytest
from django.db import connection
from django.utils import timezone

from costframe import clerk_inbox
from tenants import scope
from tenants.models import Activity, ClerkEvent, Member, Organization
from tenants.organization_ids import organization_id_for
from tests.conftest import AT, ISSUER
from tests.costframe.clerk import (
    DAY,
    EVENTS,
    MINUTE,
    NORTHWIND,
    arrive,
    everything,
    inside,
    member,
    name,
    states,
    take,
    trail,
    work,
)
from tests.database import acting_as
from tests.tenants.webhook import membership, organization_event, person
from tests.web import Visitor

pytestmark = pytest.mark.django_db


def test_a_membership_makes_somebody_known_by_name_and_role(organization):
    arrive(membership(at=AT))
    work()
    known = member()
    assert (known.name, known.role, known.joined_at, known.updated_at, known.last_seen_at) == (
        "Ada Okafor", "engineer", AT, AT, None,
    )  # fmt: skip
    assert trail() == ["member.added"]


def test_a_new_role_is_written_down_and_booked_with_both(organization):
    arrive(membership(at=AT))
    arrive(membership("updated", at=AT + MINUTE, joined_at=AT, role="viewer"))
    work()
    assert member().role == "viewer"
    with inside():
        changed = Activity.objects.get(verb="member.role_changed")
    assert (changed.actor, changed.detail["before"], changed.detail["after"]) == ("Clerk", "engineer", "viewer")


@pytest.mark.parametrize("order", itertools.permutations(EVENTS), ids=" ".join)
def test_who_was_removed_stays_so_in_whatever_order_the_events_come_and_twice(order, organization):
    for what in (*order, *order):
        arrive(EVENTS[what])
        work()
    assert member().removed_at == AT + 2 * MINUTE
    assert trail().count("member.removed") == (0 if order[0] == "deleted" else 1)


def test_who_is_invited_again_is_a_member_again(organization):
    for event in (*EVENTS.values(), membership(at=AT + DAY, role="viewer")):
        arrive(event)
    work()
    assert (member().removed_at, member().role) == (None, "viewer")
    assert trail() == ["member.added", "member.role_changed", "member.removed", "member.added"]


def test_somebody_who_was_seen_first_is_removed_as_well(organization, visitor):
    visitor.get("/connections/")
    arrive(EVENTS["deleted"])
    work()
    assert member().removed_at == AT + 2 * MINUTE
    assert visitor.post("/connections/new/", {"label": "x"}).status_code == 403


def test_somebody_whose_token_held_no_name_gets_it_from_the_membership(organization, provider_key):
    Visitor(name=None).get("/connections/")
    assert member().name == ""
    arrive(membership(at=AT))
    work()
    assert member().name == "Ada Okafor"


def test_a_stale_update_changes_nothing(organization):
    arrive(membership("updated", at=AT + MINUTE, joined_at=AT, role="viewer"))
    arrive(membership("updated", at=AT, joined_at=AT, role="admin"))
    work()
    assert member().role == "viewer"
    assert states() == ["DONE", "DONE"]


def test_the_organisation_gets_its_name_and_no_older_one(organization):
    arrive(organization_event(at=AT + MINUTE, name="Northwind Traders"))
    arrive(organization_event("created", at=AT, name="northwind"))
    work()
    assert name() == "Northwind Traders"


def test_what_came_before_the_first_request_is_taken_up_by_it(provider_key):
    arrive(organization_event("created", at=AT, name="Fabrikam Inc", organization="org_fabrikam"))
    arrive(membership(at=AT, organization="org_fabrikam", user_id="user_ada"))
    work()
    assert states() == ["WAITING", "WAITING"]
    visitor = Visitor(organization="org_fabrikam")
    visitor.get("/connections/")
    fabrikam = organization_id_for(issuer=ISSUER, clerk_id="org_fabrikam")
    assert name(fabrikam) == "fabrikam"
    work()
    assert name(fabrikam) == "Fabrikam Inc"
    assert member("user_ada", fabrikam).joined_at == AT
    assert set(states()) == {"DONE"}


def test_what_nobody_ever_asks_for_is_looked_at_now_and_then_and_forgotten_after_a_week(db):
    long_ago = timezone.now() - 6 * DAY
    arrive(membership(at=long_ago, organization="org_nobodys"), at=long_ago)
    work()
    [(state, due_at)] = everything("state, due_at")
    assert state == "WAITING"
    assert dt.timedelta(0) < due_at - timezone.now() <= clerk_inbox.LOOK_AGAIN
    with acting_as("cf_worker"), inside(organization_id_for(issuer=ISSUER, clerk_id="org_nobodys")):
        ClerkEvent.objects.update(received_at=timezone.now() - 8 * DAY, due_at=AT)
    work()
    assert everything() == []


def test_an_unknown_organisation_does_not_come_to_be(db):
    arrive(organization_event("created", at=AT, organization="org_nobodys"))
    work()
    with inside(organization_id_for(issuer=ISSUER, clerk_id="org_nobodys")):
        assert not Organization.objects.exists()
        assert not Member.objects.exists()


def test_an_organisation_of_another_instance_is_not_met_by_the_same_id(organization):
    other = "https://clerk.other.test"
    for event in (organization_event("deleted", at=AT), membership(at=AT), organization_event(at=AT, name="Evil")):
        arrive(event, issuer=other)
    work()
    assert states() == ["WAITING"] * 3
    assert (member(), name()) == (None, "Northwind")
    with inside():
        assert Organization.objects.get().deleted_at is None


def test_a_row_whose_body_is_about_another_organisation_than_it_stands_under_opens_nothing(
    organization, other_organization
):
    arrive(membership(at=AT, organization="org_contoso"))
    with connection.cursor() as cursor:
        cursor.execute("set local role cf_owner")
        cursor.execute("update tenants_clerkevent set organization_id = %s", [NORTHWIND])
        cursor.execute("set local role cf_web")
    work()
    assert (member(), member(organization_id=other_organization.id)) == (None, None)
    [(_, _, state, payload, reason, _)] = everything()
    assert (state, payload) == ("DEAD", "{}")
    assert "another organisation" in reason


def test_the_worker_meets_an_event_in_its_own_organisation_only(organization, other_organization):
    arrive(membership(at=AT))
    [(_, event_id, *_)] = everything()
    with pytest.raises(scope.NoSuchWork):
        take(event_id, other_organization.id)
    assert states() == ["RECEIVED"]
    assert member(organization_id=other_organization.id) is None


def test_an_accounts_end_removes_the_person_from_every_organisation_and_nobody_else(
    organization, other_organization, visitor, stranger
):
    visitor.get("/connections/")
    stranger.get("/connections/")
    Visitor(sub="user_bruno").get("/connections/")
    arrive(person("deleted", at=AT))
    work()
    for where in (organization, other_organization):
        assert member(organization_id=where.id).removed_at == AT
        assert trail(where.id).count("member.removed") == 1
    assert member("user_bruno").removed_at is None


def test_a_persons_new_name_is_taken_over_in_every_organisation_unless_it_is_stale(
    organization, other_organization, visitor, stranger
):
    visitor.get("/connections/")
    stranger.get("/connections/")
    arrive(person(at=AT + MINUTE, first_name="Ada", last_name="Lovelace"))
    work()
    arrive(person(at=AT, first_name="Old", last_name="Name"))
    work()
    assert {member(organization_id=one.id).name for one in (organization, other_organization)} == {"Ada Lovelace"}


def test_a_persons_event_reaches_only_organisations_of_the_instance_that_sent_it(organization, visitor):
    visitor.get("/connections/")
    before = len(everything())
    arrive(person("deleted", at=AT), issuer="https://clerk.other.test")
    work()
    assert len(everything()) == before + 1  # none was put into Northwind's inbox
    assert member().removed_at is None


def test_a_row_of_another_instance_opens_nothing_though_it_stands_under_the_organisation(organization, visitor):
    visitor.get("/connections/")
    arrive(person("deleted", at=AT), issuer="https://clerk.other.test")
    with connection.cursor() as cursor:
        cursor.execute("set local role cf_owner")
        cursor.execute("update tenants_clerkevent set organization_id = %s", [NORTHWIND])
        cursor.execute("set local role cf_web")
    work()
    assert member().removed_at is None
    assert "WAITING" in states()


def test_a_membership_that_comes_after_the_accounts_end_brings_nobody_back(organization, visitor):
    visitor.get("/connections/")
    arrive(person("deleted", at=AT + MINUTE))
    work()
    arrive(membership(at=AT))
    work()
    assert member().removed_at == AT + MINUTE


def test_the_worker_cannot_spread_an_event_that_stands_elsewhere(organization, other_organization, visitor):
    visitor.get("/connections/")
    arrive(person("deleted", at=AT))
    [(_, event_id, *_)] = everything(where="type = 'user.deleted'")
    with acting_as("cf_worker"), inside(other_organization.id):
        assert clerk_inbox.spread(event_id) == 0


def test_what_is_done_opens_the_organisation_to_nobody_any_more(organization):
    arrive(membership(at=AT))
    [(_, event_id, *_)] = everything()
    work()
    with (
        acting_as("cf_worker"),
        scope.work_on("tenants_clerkevent", event_id),
        pytest.raises(scope.WorkIsOver),
        inside(),
    ):
        pass
    take(event_id)  # a message that comes twice is no error


def test_an_event_about_anything_else_is_dropped_and_counted(organization, caplog):
    caplog.set_level("INFO")
    for _ in range(3):
        arrive({"type": "session.created", "data": {"id": "sess_1", "user_id": "user_ada"}})
    work()
    assert states() == ["DROPPED"] * 3
    assert "session.created, 3 in the last 7 days" in caplog.text

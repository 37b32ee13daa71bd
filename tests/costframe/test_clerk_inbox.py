"""What a webhook does once the worker has it: once, in any order, in its own organisation, and never for ever."""

from __future__ import annotations

import datetime as dt
import itertools
import uuid

import pytest
from django.db import connection
from django.utils import timezone

from audits.models import Audit, LostMessage, Schedule
from connections.models import Connection, SealedCredential
from costframe import clerk_inbox, pipeline
from findings.models import Finding
from tenants import inbox, members, scope
from tenants.models import Activity, ClerkEvent, Member, Organization
from tenants.organization_ids import organization_id_for
from tests.conftest import AT, ISSUER
from tests.costframe.test_deletion import in_use
from tests.database import acting_as
from tests.tenants.webhook import membership, organization_event, person
from tests.web import Visitor

MINUTE, DAY = dt.timedelta(minutes=1), dt.timedelta(days=1)
NORTHWIND = organization_id_for(issuer=ISSUER, clerk_id="org_northwind")
pytestmark = pytest.mark.django_db


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


EVENTS = {
    "created": membership(at=AT),
    "updated": membership("updated", at=AT + MINUTE, joined_at=AT, role="viewer"),
    "deleted": membership("deleted", at=AT + 2 * MINUTE, joined_at=AT),
}


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


def everything_id():
    with inside(), acting_as("cf_worker"):
        return ClerkEvent.objects.get().id


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

"""Who is seen coming in, and what the provider's word about somebody takes away from their token."""

from __future__ import annotations

import datetime as dt
import time

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from connections.models import Connection
from tenants import members, scope
from tenants.models import Activity, Member, Organization
from tenants.organization_ids import organization_id_for
from tests.conftest import AT, ISSUER
from tests.database import acting_as
from tests.tenants.tokens import token, verify
from tests.web import Visitor

NEW, DRAFT = "/connections/new/", {"label": "production", "regions": "eu-west-1"}
HOUR = dt.timedelta(hours=1)
NORTHWIND = Organization(id=organization_id_for(issuer=ISSUER, clerk_id="org_northwind"))


def inside(organization):
    return scope.organization(organization.id)


def member(organization, user_id="user_ada"):
    with inside(organization):
        return Member.objects.filter(user_id=user_id).first()


def told(organization, user_id="user_ada", **values):
    """What the worker wrote down from a webhook."""
    with inside(organization), acting_as("cf_worker"):
        Member.objects.filter(user_id=user_id).update(**values)


def trail(organization):
    with inside(organization):
        return list(Activity.objects.filter(subject_kind="member").values_list("verb", "actor", "detail__role"))


def labels(organization):
    with inside(organization):
        return list(Connection.objects.values_list("label", flat=True))


def test_a_first_request_writes_somebody_down_and_books_it_once(organization, visitor):
    visitor.get("/connections/")
    visitor.get("/connections/")
    seen = member(organization)
    assert (seen.name, seen.role, seen.removed_at, seen.updated_at) == ("Ada", "engineer", None, None)
    assert seen.first_seen_at == seen.last_seen_at
    assert trail(organization) == [("member.first_seen", "Ada (user_ada)", "engineer")]


def test_somebody_whom_a_webhook_made_known_is_booked_when_they_first_come(organization, visitor):
    with inside(organization), acting_as("cf_worker"):
        Member.objects.create(user_id="user_ada", role="engineer", first_seen_at=AT)
    visitor.get("/connections/")
    assert trail(organization) == [("member.first_seen", "Ada (user_ada)", "engineer")]
    assert member(organization).last_seen_at is not None


def test_a_person_in_two_organisations_is_a_member_of_each(organization, other_organization, visitor, stranger):
    visitor.get("/connections/")
    stranger.get("/connections/")
    assert member(organization).id != member(other_organization).id


def test_being_seen_again_is_written_down_now_and_then_only(organization, visitor):
    visitor.get("/connections/")
    long_ago = timezone.now() - HOUR
    told(organization, last_seen_at=long_ago)
    visitor.get("/connections/")
    again = member(organization).last_seen_at
    assert again > long_ago
    visitor.get("/connections/")
    assert member(organization).last_seen_at == again


def test_a_new_name_in_the_token_is_taken_over(organization, visitor):
    visitor.get("/connections/")
    visitor.sign_in(name="Ada Okafor")
    visitor.get("/connections/")
    assert member(organization).name == "Ada Okafor"
    visitor.sign_in(name=None)
    visitor.get("/connections/")
    assert member(organization).name == "Ada Okafor"


def test_who_is_impersonated_is_not_seen(organization, provider_key):
    assert Visitor(act={"sub": "user_support"}).get("/connections/").status_code == 200
    assert member(organization) is None


def test_a_page_of_somebody_known_asks_for_them_and_their_organisation_in_one_query(
    organization, visitor, django_assert_num_queries
):
    visitor.get("/organization/roles/")
    with django_assert_num_queries(3):  # savepoint, who, release; the scope is not counted
        visitor.get("/organization/roles/")


@pytest.fixture
def page(visitor):
    """An engineer whose page is open."""
    assert visitor.get(NEW).status_code == 200
    return visitor


def test_who_was_removed_changes_nothing_though_the_token_is_valid(organization, page):
    told(organization, removed_at=AT)
    answer = page.post(NEW, DRAFT)
    assert (answer.status_code, labels(organization)) == (403, [])
    assert "You were removed from this organisation on 2026-11-20 at 12:00 UTC" in answer.content.decode()
    for refused in (page.get(NEW), page.get("/findings/actions.csv")):
        assert refused.status_code == 403


def test_who_was_removed_reads_until_the_token_runs_out_and_is_shown_no_buttons(organization, page):
    told(organization, removed_at=AT)
    answer = page.get("/connections/")
    assert answer.status_code == 200
    assert NEW not in answer.content.decode()


def test_another_members_removal_and_another_organisations_change_nothing_here(
    organization, other_organization, page, stranger
):
    stranger.get("/connections/")
    told(other_organization, removed_at=AT)
    Visitor(sub="user_bruno").get("/connections/")
    told(organization, user_id="user_bruno", removed_at=AT)
    assert page.post(NEW, DRAFT).status_code == 302


@pytest.mark.parametrize(
    ("said", "known", "seconds", "status"),
    [
        ("engineer", "viewer", 30, 403),
        ("engineer", "viewer", -30, 302),  # older than the token, which was minted knowing it
        ("engineer", "finance", 30, 403),
        ("engineer", "admin", 30, 302),
        ("engineer", "auditor", 30, 403),  # unknown to the setting: nothing
        ("viewer", "admin", 30, 403),  # never more than the token says
        ("finance", "engineer", 30, 403),
    ],
)
def test_of_token_and_newer_word_the_lower_counts(visitor, said, known, seconds, status):
    visitor.sign_in(role=said, age=40)
    visitor.get("/connections/")
    minted = dt.datetime.fromtimestamp(int(time.time()) - 40, tz=dt.UTC)
    told(NORTHWIND, role=known, updated_at=minted + dt.timedelta(seconds=seconds))
    assert visitor.post(NEW, DRAFT).status_code == status


def test_in_a_deleted_organisation_nothing_is_changed_and_nobody_new_is_written_down(organization, page):
    with inside(organization), acting_as("cf_worker"):
        Organization.objects.update(deleted_at=AT)
    answer = page.post(NEW, DRAFT)
    assert answer.status_code == 403
    assert "This organisation was deleted on 2026-11-20" in answer.content.decode()
    assert Visitor(sub="user_late").post(NEW, DRAFT).status_code == 403
    assert member(organization, "user_late") is None
    assert labels(organization) == []


def refused(statement, *values):
    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, values)


def test_webs_login_can_neither_bring_back_nor_promote_nor_forget_anybody(organization, page):
    told(organization, removed_at=AT)
    with inside(organization):
        for change in (
            "removed_at = null",
            "role = 'admin'",
            "updated_at = null",
            "joined_at = now()",
            "user_id = 'x'",
        ):
            refused(f"update tenants_member set {change}")
        refused("delete from tenants_member")
        refused(
            "insert into tenants_member (id, organization_id, user_id, name, role, first_seen_at, updated_at) "
            "values (gen_random_uuid(), %s, 'user_new', '', 'admin', now(), now() + interval '9 years')",
            organization.id,
        )


def test_two_first_requests_at_once_are_no_error(organization):
    """The second finds the row that the first has just written: it does not fail, nor is it booked twice."""
    identity = verify(token())
    with inside(organization):
        first, second = (members._first_sight(identity, organization.id, at=AT) for _ in range(2))
    assert first == second
    assert len(trail(organization)) == 1


def test_the_members_page_shows_who_is_there_and_who_was(organization, visitor):
    visitor.get("/connections/")
    with inside(organization), acting_as("cf_worker"):
        Member.objects.create(user_id="user_bruno", name="Bruno", role="finance", first_seen_at=AT)
        Member.objects.create(user_id="user_cleo", role="member", first_seen_at=AT)
        Member.objects.create(user_id="user_dora", name="Dora", role="auditor", first_seen_at=AT)
        Member.objects.create(user_id="user_gone", name="Gonzo", role="admin", first_seen_at=AT, removed_at=AT)
    text = " ".join(visitor.get("/organization/members/").content.decode().split())
    assert '<th scope="row">Ada <span class="badge badge--info badge--plain">you</span></th>' in text
    assert '<th scope="row">Bruno</th> <td data-label="Role">finance</td> <td data-label="Last seen">has not' in text
    assert '<th scope="row">user_cleo</th> <td data-label="Role">viewer</td>' in text
    assert 'Dora</th> <td data-label="Role">auditor <small>gives nothing here</small></td>' in text
    assert "4 members" in text
    assert '<th scope="row">Gonzo</th> <td data-label="Removed">2026-11-20 12:00</td>' in text


def test_another_organisations_members_are_not_shown(organization, stranger, visitor):
    visitor.get("/connections/")
    with inside(organization), acting_as("cf_worker"):
        Member.objects.create(user_id="user_bruno", name="Bruno", role="finance", first_seen_at=AT)
    assert "Bruno" not in stranger.get("/organization/members/").content.decode()

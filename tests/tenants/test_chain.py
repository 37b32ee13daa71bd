"""The trail's chain: every line is sealed once, and whatever is done to a sealed line shows."""

from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib
from uuid import UUID

import psycopg
import pytest
from django.db import ProgrammingError, connection, transaction

from tenants import activity, chain, scope
from tenants.models import Activity, ActivitySeal, UnsealedActivity
from tenants.sealing import TRY_LOCK, seal_waiting
from tests.conftest import AT
from tests.database import acting_as
from tests.tenants.trails import MINUTE, append, lines, seal, tampering

KNOWN = Activity(
    id=UUID("11111111-1111-4111-8111-111111111111"),
    organization_id=UUID("22222222-2222-4222-8222-222222222222"),
    at=dt.datetime(2026, 11, 20, 12, 0, 0, 123456, tzinfo=dt.UTC),
    actor="Zoë (user_1)",
    verb="connection.drafted",
    subject_kind="connection",
    subject_id=UUID("33333333-3333-4333-8333-333333333333"),
    detail={"label": "Søk & Co", "a": "1"},
)
SEALED_AT = dt.datetime(2026, 11, 20, 12, 0, 10, tzinfo=dt.UTC)


def link(**changes):
    given = {"previous": chain.BEGINNING, "position": 1, "sealed_at": SEALED_AT, "line": KNOWN}
    return chain.link(**{**given, **changes})


def test_a_seal_is_the_hash_of_these_bytes():
    texts = [
        b"costframe activity seal 1",
        b"0" * 64,
        b"1",
        b"2026-11-20T12:00:10.000000Z",
        b"22222222-2222-4222-8222-222222222222",
        b"11111111-1111-4111-8111-111111111111",
        b"2026-11-20T12:00:00.123456Z",
        "Zoë (user_1)".encode(),
        b"connection.drafted",
        b"connection",
        b"33333333-3333-4333-8333-333333333333",
        '{"a":"1","label":"Søk & Co"}'.encode(),
    ]
    written = b"".join(len(text).to_bytes(8, "big") + text for text in texts)
    assert link() == hashlib.sha256(written).hexdigest()
    assert link() == "f604d99875872056810f464d6afa54d8a9a602f686c5c681e3192f41437e45d6"


@pytest.mark.parametrize(
    "changes",
    [
        {"previous": "1" * 64},
        {"position": 2},
        {"sealed_at": SEALED_AT + dt.timedelta(microseconds=1)},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_a_seal_depends_on_its_place(changes):
    assert link(**changes) != link()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("id", UUID(int=1)),
        ("organization_id", UUID(int=1)),
        ("at", KNOWN.at + dt.timedelta(microseconds=1)),
        ("actor", "Zoë (user_2)"),
        ("verb", "connection.deleted"),
        ("subject_kind", "audit"),
        ("subject_id", None),
        ("detail", {"label": "Søk & Co", "a": "2"}),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_seal_depends_on_every_column_of_its_line(name, value):
    fields = {field.attname: getattr(KNOWN, field.attname) for field in Activity._meta.concrete_fields}
    assert name in fields
    assert link(line=Activity(**{**fields, name: value})) != link()


def test_every_column_of_the_trail_is_sealed():
    names = {field.attname for field in Activity._meta.concrete_fields}
    assert names == {"id", "organization_id", "at", "actor", "verb", "subject_kind", "subject_id", "detail"}, (
        "A new column must go into tenants.chain.link, in a new version of it."
    )


def test_text_cannot_move_from_one_field_into_the_next():
    fields = {field.attname: getattr(KNOWN, field.attname) for field in Activity._meta.concrete_fields}
    moved = Activity(**{**fields, "actor": "Zoë (user_1)connection", "verb": ".drafted"})
    assert link(line=moved) != link()


def positions(organization):
    with scope.organization(organization.id):
        return list(ActivitySeal.objects.order_by("position").values_list("position", "activity_id"))


def test_each_line_is_sealed_once_and_no_position_is_left_out(organization):
    append(organization)
    assert seal(organization) == 5
    append(organization, count=3, first=5)
    assert seal(organization) == 3
    assert seal(organization) == 0
    assert positions(organization) == [(number, line.id) for number, line in enumerate(lines(organization), 1)]


def test_lines_beyond_a_batch_are_sealed_by_the_next_look(organization, monkeypatch):
    monkeypatch.setattr("tenants.sealing.MOST_AT_ONCE", 2)
    append(organization)
    assert [seal(organization) for _ in range(4)] == [2, 2, 1, 0]
    assert [position for position, _ in positions(organization)] == [1, 2, 3, 4, 5]
    assert report(organization).broken == ""


def test_a_line_that_committed_late_is_sealed_after_the_others_and_the_chain_holds(organization):
    append(organization, count=2, first=5)
    seal(organization)
    append(organization, count=1, first=0)
    seal(organization)
    assert [found for _, found in positions(organization)][-1] == lines(organization)[0].id
    assert report(organization).broken == ""


def test_two_organisations_have_two_chains(organization, other_organization):
    append(organization, count=3)
    append(other_organization, count=2)
    seal(organization)
    assert (len(positions(organization)), len(positions(other_organization))) == (3, 0)
    seal(other_organization)
    assert [position for position, _ in positions(other_organization)] == [1, 2]


def test_a_mark_without_a_line_and_one_of_a_sealed_line_do_no_harm(organization):
    append(organization, count=1)
    seal(organization)
    with tampering() as owner:
        for mark in (lines(organization)[0].id, UUID(int=99)):
            owner.execute(
                "insert into tenants_unsealedactivity (id, organization_id, due_at) values (%s, %s, now())",
                [mark, organization.id],
            )
    append(organization, count=1, first=1)
    with scope.organization(organization.id):
        assert UnsealedActivity.objects.count() == 2, "the trigger was switched off above"
    assert seal(organization) == 2
    assert len(positions(organization)) == 1


def test_while_somebody_else_seals_a_trail_nothing_of_it_is_sealed(organization, other_organization, cluster):
    append(organization)
    append(other_organization)
    with psycopg.connect(cluster.urls["cf_worker"]) as other:
        other.execute(TRY_LOCK, [str(organization.id)])
        assert (seal(organization), seal(other_organization)) == (0, 5)
    assert seal(organization) == 5


def report(organization, **asked):
    with scope.organization(organization.id):
        return chain.verify(**asked)


def test_an_untouched_chain_holds_up_to_its_last_position(organization):
    append(organization)
    seal(organization)
    append(organization, count=2, first=5)
    found = report(organization)
    assert (found.broken, found.head.position, found.waiting, found.is_whole) == ("", 5, 2, True)
    assert found.sealed_at == AT + 60 * MINUTE


def test_a_trail_without_any_line_holds(organization):
    found = report(organization)
    assert (found.broken, found.head, found.sealed_at) == ("", chain.Head(position=0, hash=chain.BEGINNING), None)


STATEMENTS = {
    "changed text": ("update tenants_activity set actor = 'Eve' where id = %(third)s", "Position 3 does not hold"),
    "changed detail": (
        'update tenants_activity set detail = \'{"label": "Shop"}\' where id = %(third)s',
        "Position 3 does not hold",
    ),
    "changed time": ("update tenants_activity set at = at - interval '1 day' where id = %(third)s", "Position 3 does"),
    "a line deleted": ("delete from tenants_activity where id = %(third)s", "sealed at position 3 is gone"),
    "a line and its seal deleted": (
        (
            "with seal as (delete from tenants_activityseal where activity_id = %(third)s) "
            "delete from tenants_activity where id = %(third)s"
        ),
        "Position 3 is missing",
    ),
    "positions moved up over a deleted one": (
        (
            "with seal as (delete from tenants_activityseal where activity_id = %(third)s), "
            "gone as (delete from tenants_activity where id = %(third)s) "
            "update tenants_activityseal set position = position - 1 where position > 3"
        ),
        "Position 3 does not hold",
    ),
    "order swapped": (
        (
            "update tenants_activityseal s set activity_id = case s.activity_id when %(third)s then %(fourth)s::uuid "
            "else %(third)s::uuid end where activity_id in (%(third)s, %(fourth)s)"
        ),
        "Position 3 does not hold",
    ),
    "a line inserted in between": (
        (
            "insert into tenants_activity select gen_random_uuid(), at + interval '1 second', actor, verb, subject_kind, "
            "subject_id, detail, organization_id from tenants_activity where id = %(third)s"
        ),
        "neither sealed nor waiting to be: 1, the first",
    ),
    "the seals of the end cut off": (
        "delete from tenants_activityseal where position > 3",
        "neither sealed nor waiting to be: 2, the first",
    ),
    "a seal's time changed": (
        "update tenants_activityseal set sealed_at = sealed_at + interval '1 second' where position = 4",
        "Position 4 does not hold",
    ),
    "a seal of a form nobody knows": ("update tenants_activityseal set version = 9 where position = 2", "in form 9"),
}


@pytest.mark.parametrize("what", STATEMENTS)
def test_whoever_may_write_past_every_wall_is_found_out(what, organization):
    append(organization)
    seal(organization)
    statement, sentence = STATEMENTS[what]
    ids = dict(
        zip(("first", "second", "third", "fourth", "fifth"), (line.id for line in lines(organization)), strict=True)
    )
    with tampering() as owner:
        owner.execute("alter table tenants_activityseal drop constraint activity_seal_position")
        owner.execute("alter table tenants_activityseal drop constraint activity_seal_once")
        owner.execute(statement, ids)
    assert sentence in report(organization).broken


def test_a_cut_end_holds_in_itself_and_shows_against_a_head_that_was_noted(organization):
    append(organization)
    seal(organization)
    noted = report(organization).head
    with tampering() as owner:
        owner.execute("delete from tenants_activityseal where position > 3")
        owner.execute("delete from tenants_activity where id = any(%s)", [[one.id for one in lines(organization)[3:]]])
    assert report(organization).broken == "", "the chain alone cannot know what came after its end"
    assert report(organization, noted=noted).broken == (
        "The chain ends at position 3, but position 5 was noted: its end was cut off."
    )


def test_a_chain_written_anew_holds_in_itself_and_shows_against_a_head_that_was_noted(organization):
    append(organization)
    seal(organization)
    noted = report(organization).head
    with tampering() as owner:
        owner.execute("update tenants_activity set actor = 'Eve' where id = %s", [lines(organization)[1].id])
        owner.execute("delete from tenants_activityseal")
        owner.execute("insert into tenants_unsealedactivity select id, now(), organization_id from tenants_activity")
    seal(organization)
    assert report(organization).broken == ""
    assert "Position 5 has another hash than the one that was noted" in report(organization, noted=noted).broken


def test_a_noted_head_in_the_middle_of_a_chain_is_compared_too(organization):
    append(organization, count=3)
    seal(organization)
    noted = report(organization).head
    append(organization, count=3, first=3)
    seal(organization)
    assert report(organization, noted=noted).broken == ""
    forged = dataclasses.replace(noted, hash="f" * 64)
    assert "Position 3 has another hash" in report(organization, noted=forged).broken


def test_a_long_chain_is_looked_at_in_stretches(organization):
    append(organization)
    seal(organization)
    first = report(organization, most=2)
    assert (first.head.position, first.is_whole, first.broken) == (2, False, "")
    second = report(organization, after=first.head, most=3)
    assert (second.head.position, second.is_whole, second.broken) == (5, True, "")
    wrong = report(organization, after=dataclasses.replace(first.head, hash="f" * 64))
    assert "Position 3 does not hold" in wrong.broken


@pytest.mark.parametrize("text", ["", "5", "0:" + "a" * 64, "5:" + "A" * 64, "5:" + "a" * 63, "-1:" + "a" * 64])
def test_what_is_no_head_is_refused(text):
    with pytest.raises(chain.NotAHead):
        chain.parse_head(text)


def test_a_head_survives_being_copied():
    head = chain.Head(position=12, hash="ab" * 32)
    assert chain.parse_head(f" {head}\n") == head


@pytest.mark.parametrize("role", ["cf_web", "cf_worker", "cf_scheduler", "cf_operator", "cf_operator_trail"])
@pytest.mark.parametrize("table", ["tenants_activity", "tenants_activityseal"])
@pytest.mark.parametrize("statement", ["update {} set id = id", "delete from {}", "truncate {}"])
def test_no_role_may_change_or_delete_what_was_appended(organization, role, table, statement):
    append(organization, count=1)
    seal(organization)
    with (
        acting_as(role),
        pytest.raises(ProgrammingError, match="denied"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement.format(table))


def test_a_line_that_was_booked_under_a_key_is_booked_once(organization):
    line = activity.Line(verb="person.signed_in", subject_kind="session", subject_id=None)
    with scope.organization(organization.id):
        for key in ("one", "one", "another"):
            activity.book_once(key=key, actor="Ada", line=line, at=AT)
        assert Activity.objects.count() == 2
    assert seal(organization) == 2


def test_whoever_appends_cannot_leave_out_the_mark(organization):
    with scope.organization(organization.id), acting_as("cf_web"), connection.cursor() as cursor:
        cursor.execute(
            "insert into tenants_activity (id, organization_id, at, actor, verb, subject_kind, detail) "
            "values (gen_random_uuid(), %s, now(), 'a', 'b', 'c', '{}')",
            [organization.id],
        )
        assert UnsealedActivity.objects.count() == 1
        with pytest.raises(ProgrammingError, match="denied"), transaction.atomic():
            UnsealedActivity.objects.all().delete()


def test_sealing_twice_in_one_place_changes_nothing(organization):
    append(organization)
    seal(organization)
    with acting_as("cf_worker"), scope.organization(organization.id):
        before = list(ActivitySeal.objects.values_list("position", "hash"))
        assert seal_waiting(at=AT) == 0
        assert list(ActivitySeal.objects.values_list("position", "hash")) == before

"""The command that verifies the trails, against somebody who holds the database's superuser."""

from __future__ import annotations

import datetime as dt
import uuid

import psycopg
import pytest

from sandbox.fleet import Fleet
from sandbox.process import DidNotStart
from tenants import chain
from tenants.models import Activity
from tests.database import CONTEXT_KEY, enter
from tests.tenants.catalogue import A, B, fill

pytestmark = pytest.mark.processes
AT = dt.datetime(2026, 11, 20, 12, 0, tzinfo=dt.UTC)


@pytest.fixture
def fleet(fresh_database, tmp_path):
    """The operator's process on a database with two organisations, whose trails have three sealed lines each."""
    with psycopg.connect(fresh_database["admin"]) as admin:
        fill(admin, "tenants_organization")
    for organization in (A, B):
        append_sealed(fresh_database, organization, count=3)
    return Fleet(
        database_urls=fresh_database,
        redis_url="",
        logs=tmp_path,
        shared={"COSTFRAME_SANDBOX": "true"},
        worker_only={},
        sealing_public_key="",
        context_key=CONTEXT_KEY.text,
    )


def append_sealed(urls, organization, *, count):
    """Lines as web appends them and seals as the worker makes them, over those logins."""
    head = chain.Head(position=0, hash=chain.BEGINNING)
    with psycopg.connect(urls["cf_worker"]) as worker:
        enter(worker, organization)
        for number in range(1, count + 1):
            line = Activity(
                id=uuid.uuid4(), organization_id=organization, at=AT + dt.timedelta(minutes=number), actor="Ada",
                verb="connection.paused", subject_kind="connection", subject_id=None, detail={"number": str(number)},
            )  # fmt: skip
            worker.execute(
                "insert into tenants_activity (id, organization_id, at, actor, verb, subject_kind, detail) "
                "values (%s, %s, %s, %s, %s, %s, %s)",
                [line.id, organization, line.at, line.actor, line.verb, line.subject_kind,
                 psycopg.types.json.Jsonb(line.detail)],
            )  # fmt: skip
            digest = chain.link(previous=head.hash, position=number, sealed_at=AT, line=line)
            head = chain.Head(position=number, hash=digest)
            worker.execute(
                "insert into tenants_activityseal (id, organization_id, position, activity_id, version, hash, sealed_at) "
                "values (%s, %s, %s, %s, 1, %s, %s)",
                [uuid.uuid4(), organization, number, line.id, digest, AT],
            )
        worker.execute("delete from tenants_unsealedactivity")
    return head


def tamper(fleet, statement, *values):
    with psycopg.connect(fleet.database_urls["admin"]) as superuser:
        superuser.execute("set session_replication_role = replica")
        superuser.execute(statement, values)


def head_of(fleet, organization):
    (line,) = [line for line in fleet.command("operator", "verify_activity").splitlines() if str(organization) in line]
    return line.split()[4].rstrip(",")


def test_chains_that_hold_are_named_with_their_heads_and_the_look_is_in_the_trail(fleet):
    said = fleet.command("operator", "verify_activity").splitlines()
    assert len(said) == 2
    assert all("holds up to 3:" in line and "sealed at 2026-11-20 12:00:00 UTC" in line for line in said)
    with psycopg.connect(fleet.database_urls["admin"]) as admin:
        viewed = admin.execute("select organization_id, detail from tenants_activity where verb = 'operator.viewed'")
        assert {owner for owner, _ in viewed.fetchall()} == {A, B}


def test_a_changed_line_ends_the_command_with_its_position(fleet):
    tamper(fleet, "update tenants_activity set actor = 'Eve' where organization_id = %s and detail->>'number' = '2'", A)
    with pytest.raises(DidNotStart) as failed:
        fleet.command("operator", "verify_activity")
    said = str(failed.value)
    assert f"{A} DOES NOT HOLD after position 1: Position 2 does not hold" in said
    assert f"{B} holds up to 3:" in said
    assert "1 of 2 chains do not hold." in said


def test_a_cut_end_is_found_with_the_head_that_was_noted(fleet):
    noted = head_of(fleet, A)
    for table, column in (("tenants_activityseal", "activity_id"), ("tenants_activity", "id")):
        tamper(
            fleet,
            f"delete from {table} where {column} in (select id from tenants_activity where organization_id = %s "
            "and detail->>'number' = '3')",
            A,
        )
    assert f"{A} holds up to 2:" in fleet.command("operator", "verify_activity", "--organization", str(A))
    with pytest.raises(DidNotStart, match="position 3 was noted: its end was cut off"):
        fleet.command("operator", "verify_activity", "--organization", str(A), "--noted", noted)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--noted", "3:" + "a" * 64], "name it with --organization"),
        (["--organization", str(A), "--noted", "3"], "Not a head"),
        (["--organization", str(uuid.UUID(int=9))], "there is no organisation with this id"),
    ],
)
def test_what_cannot_be_verified_is_said(fleet, arguments, sentence):
    with pytest.raises(DidNotStart, match=sentence):
        fleet.command("operator", "verify_activity", *arguments)


def test_another_process_is_told_which_one_it_is_for(fleet):
    with pytest.raises(DidNotStart, match="COSTFRAME_ROLE=operator"):
        fleet.command("worker", "verify_activity")

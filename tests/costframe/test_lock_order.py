"""Whoever locks an audit, its steps and its connection does so in this order, so that nobody waits in a ring."""

from __future__ import annotations

import threading
from contextlib import contextmanager

import psycopg
import pytest

from audits import operations, steps
from audits.models import Audit, Step
from audits.record import write
from connections.models import Connection
from connections.provider import Collected
from costframe import claims, pipeline
from costframe.deletion import delete_connection
from findings.operations import judge
from tenants import scope
from tests.conftest import AT
from tests.tenants import catalogue

PARTS = [
    steps.Part(kind=Step.Kind.INVENTORY, account_id="1", region="eu-west-1", service=name) for name in ("ec2", "rds")
]
SECONDS = 30


def inside(job):
    """The job in one transaction of the organisation."""

    def run():
        with scope.organization(catalogue.A):
            return job()

    return run


@pytest.fixture
def audit(at_once):
    """A running audit with two steps that are due, committed."""
    with psycopg.connect(at_once.urls["admin"]) as admin:
        catalogue.fill(admin, "tenants_organization")

    @inside
    def ask():
        shop = Connection.objects.create(label="Shop", state="CONNECTED", account_id="1", created_at=AT)
        return operations.request_audit(connection=shop, by="Ada", at=AT)

    @inside
    def begin():
        claimed = Audit.take(asked.id, at=AT, seconds=60)
        steps.begin(audit=claimed, survey=steps.Survey(account_id="1"), parts=PARTS, at=AT)
        return Audit.objects.select_related("connection").get(id=asked.id)

    asked = at_once.start(ask, login="cf_web").result(SECONDS)
    return at_once.start(begin).result(SECONDS)


@contextmanager
def holding(at_once, audit, *, then):
    """A worker that has locked the audit. Inside the block others start; once one of them waits, it does `then`."""
    has_locked, may_go_on = threading.Event(), threading.Event()

    @inside
    def hold():
        locked = steps.lock_audit(audit_id=audit.id)
        has_locked.set()
        assert may_go_on.wait(SECONDS)
        then(locked)

    holder = at_once.start(hold)
    try:
        assert has_locked.wait(SECONDS)
        yield
        at_once.wait_until_one_waits()
    finally:
        may_go_on.set()
    holder.result(SECONDS)


def state_of(at_once, audit):
    with psycopg.connect(at_once.urls["admin"]) as admin:
        (row,) = admin.execute("select state from audits_audit where id = %s", [audit.id]).fetchall()
        return row[0]


@pytest.mark.parametrize("is_given_up", [False, True])
def test_a_step_is_taken_to_be_ended_while_its_audit_is_moved_on(at_once, audit, is_given_up):
    with psycopg.connect(at_once.urls["admin"]) as admin:
        if is_given_up:
            admin.execute("update audits_step set attempt = %s where service = 'rds'", [steps.MOST_ATTEMPTS])
        else:
            admin.execute("update audits_audit set stop_requested_at = now()")
        ((step_id,),) = admin.execute("select id from audits_step where service = 'rds'").fetchall()

    def move_on(locked):
        Step.objects.filter(audit=locked, state=Step.State.WAITING).update(attempt=steps.MOST_ATTEMPTS)
        steps.advance(audit=locked, at=AT)

    with holding(at_once, audit, then=move_on):
        taken = at_once.start(inside(lambda: steps.take(step_id=step_id, at=AT, seconds=60, kinds_of=lambda _: ())))
    assert taken.result(SECONDS) is None
    assert state_of(at_once, audit) == ("RUNNING" if is_given_up else "STOPPED")


def test_a_connection_is_deleted_while_its_audit_is_judged(at_once, audit):
    with holding(at_once, audit, then=lambda locked: judge(audit=locked, at=AT)):
        deleted = at_once.start(
            inside(lambda: delete_connection(connection=audit.connection, by="Ada", at=AT)), login="cf_web"
        )
    assert deleted.result(SECONDS) is True
    with psycopg.connect(at_once.urls["admin"]) as admin:
        assert admin.execute("select state from connections_connection").fetchall() == [("DELETED",)]
        assert admin.execute("select stop_requested_at is not null from audits_audit").fetchall() == [(True,)]


def test_whoever_asks_to_stop_waits_for_no_bill_that_is_being_stored(at_once, audit):
    with psycopg.connect(at_once.urls["admin"]) as admin:
        ((step_id,),) = admin.execute("select id from audits_step where service = 'rds'").fetchall()
    take = inside(lambda: steps.take(step_id=step_id, at=AT, seconds=60, kinds_of=lambda _: ()))
    step = at_once.start(take).result(SECONDS)
    work = pipeline.Work(organization_id=catalogue.A, step=step, hold=claims.Hold(), book=None)
    is_storing, may_go_on = threading.Event(), threading.Event()

    def store():
        with work.storing():
            is_storing.set()
            assert may_go_on.wait(SECONDS)

    stored = at_once.start(store)
    try:
        assert is_storing.wait(SECONDS)
        ask = inside(lambda: operations.request_stop(audit=audit, by="Ada", at=AT))
        assert at_once.start(ask, login="cf_web").result(SECONDS / 3) is True
    finally:
        may_go_on.set()
    with pytest.raises(claims.EndEarly, match="STOPPED"):
        stored.result(SECONDS)


def test_what_a_step_saw_is_written_while_another_step_of_the_account_holds_the_audit(at_once, audit):
    with psycopg.connect(at_once.urls["admin"]) as admin:
        ((step_id,),) = admin.execute("select id from audits_step where service = 'rds'").fetchall()
    take = inside(lambda: steps.take(step_id=step_id, at=AT, seconds=60, kinds_of=lambda _: ()))
    step = at_once.start(take).result(SECONDS)
    work = pipeline.Work(organization_id=catalogue.A, step=step, hold=claims.Hold(), book=None)
    is_written = threading.Event()

    def look():
        with work.writing():
            write(step=step, collected=Collected(), kinds=("database",), at=AT)
            is_written.set()
            work.lock()
            steps.finish(step=step, outcome=steps.outcome_of(Collected()), at=AT)

    @inside
    def hold():
        steps.lock_audit(audit_id=audit.id)
        written = at_once.start(look)
        return is_written.wait(SECONDS), written

    could_write, written = at_once.start(hold).result(SECONDS * 2)
    assert could_write, "it waits for the audit's lock before it writes anything"
    written.result(SECONDS)
    with psycopg.connect(at_once.urls["admin"]) as admin:
        told = admin.execute("select state from audits_step where id = %s", [step_id]).fetchall()
    assert told == [("DONE",)]


def test_what_a_step_saw_is_not_written_once_it_was_taken_over(at_once, audit):
    with psycopg.connect(at_once.urls["admin"]) as admin:
        ((step_id,),) = admin.execute("select id from audits_step where service = 'rds'").fetchall()
    take = inside(lambda: steps.take(step_id=step_id, at=AT, seconds=60, kinds_of=lambda _: ()))
    step = at_once.start(take).result(SECONDS)
    with psycopg.connect(at_once.urls["admin"], autocommit=True) as admin:
        admin.execute("update audits_step set claim = gen_random_uuid() where id = %s", [step_id])
    work = pipeline.Work(organization_id=catalogue.A, step=step, hold=claims.Hold(), book=None)
    begun = []

    def look():
        with work.writing():
            begun.append("writing")

    with pytest.raises(steps.NoLongerOurs):
        at_once.start(look).result(SECONDS)
    assert begun == []


def test_what_a_step_saw_is_not_written_once_somebody_asked_to_stop(at_once, audit, monkeypatch):
    with psycopg.connect(at_once.urls["admin"]) as admin:
        ((step_id,),) = admin.execute("select id from audits_step where service = 'rds'").fetchall()
    take = inside(lambda: steps.take(step_id=step_id, at=AT, seconds=60, kinds_of=lambda _: ()))
    step = at_once.start(take).result(SECONDS)
    stop = inside(lambda: operations.request_stop(audit=audit, by="Ada", at=AT))

    def look(**_):
        at_once.start(stop, login="cf_web").result(SECONDS)
        return Collected()

    monkeypatch.setattr(pipeline.collect, "look", look)
    monkeypatch.setattr(pipeline.Work, "credential", lambda _: None)
    book = pipeline.collect.StoppableBook(lambda: None)
    work = pipeline.Work(organization_id=catalogue.A, step=step, hold=claims.Hold(), book=book)
    with pytest.raises(claims.EndEarly, match="STOPPED"):
        at_once.start(lambda: pipeline.DOING[step.kind](work)).result(SECONDS)
    with psycopg.connect(at_once.urls["admin"]) as admin:
        told = admin.execute("select state from audits_step where id = %s", [step_id]).fetchall()
    assert told == [("RUNNING",)]


def test_a_step_is_taken_while_its_audit_is_locked_by_somebody_who_then_changes_it(at_once, audit):
    with psycopg.connect(at_once.urls["admin"]) as admin:
        ((step_id,),) = admin.execute("select id from audits_step where service = 'rds'").fetchall()
    has_locked, is_taken = threading.Event(), threading.Event()

    @inside
    def plan_again():
        locked = steps.lock_audit(audit_id=audit.id)
        has_locked.set()
        assert is_taken.wait(SECONDS), "whoever takes the step waits for the audit when it commits"
        return Step.objects.filter(audit=locked).update(plan="")

    planning = at_once.start(plan_again)
    assert has_locked.wait(SECONDS)
    taken = at_once.start(inside(lambda: steps.take(step_id=step_id, at=AT, seconds=60, kinds_of=lambda _: ())))
    try:
        assert taken.result(SECONDS) is not None
    finally:
        is_taken.set()
    assert planning.result(SECONDS) == len(PARTS) + 1

"""Asking for an audit and asking it to stop, as the web process may."""

from __future__ import annotations

import datetime as dt

import psycopg
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from audits import operations, steps
from audits.models import ApiCall, Audit, Step
from audits.steps import Outcome, Part, Survey
from connections import confirmations
from connections.models import Connection
from connections.provider import CallCount
from tenants import scope
from tenants.models import Activity
from tenants.wake import CHANNEL, wake_scheduler
from tests.conftest import AT
from tests.database import acting_as

CALLS = (CallCount(service="sts", operation="GetCallerIdentity", outcome="OK", count=2),)
SECOND = dt.timedelta(seconds=1)
PARTS = [Part(kind=Step.Kind.INVENTORY, account_id="2", region="eu-west-1", service=name) for name in ("ec2", "rds")]


@pytest.fixture
def shop(organization):
    with scope.organization(organization.id):
        return Connection.objects.create(label="Shop", state="CONNECTED", account_id="222233334444", created_at=AT)


@pytest.fixture
def inside(organization, shop):
    with scope.organization(organization.id):
        yield


def request(shop):
    return operations.request_audit(connection=shop, by="Ada", at=AT)


def begin(audit):
    """As the worker does it."""
    with acting_as("cf_worker"):
        claimed = take_audit(audit)
        steps.begin(audit=claimed, survey=Survey(regions=("eu-west-1",)), parts=PARTS, at=AT)
        return list(Step.objects.filter(audit=audit, kind="INVENTORY").order_by("service"))


def booked(audit):
    rows = ApiCall.objects.filter(audit=audit)
    return list(rows.values_list("operation", "outcome", "count", "step_id", "account_id"))


def take_audit(audit, at=AT):
    claimed = Audit.take(audit.id, at=at, seconds=60)
    assert claimed is not None
    return claimed


def take(step, at=AT):
    with acting_as("cf_worker"):
        return steps.take(step_id=step.id, at=at, seconds=60, kinds_of=lambda _: ())


def finish(step, **changes):
    with acting_as("cf_worker"):
        steps.finish(step=step, outcome=Outcome(**{"state": Step.State.DONE, **changes}), at=AT + SECOND)


def state_of(audit):
    return Audit.objects.get(id=audit.id).state


def test_an_audit_that_was_asked_for_is_due_at_once(shop, inside):
    audit = request(shop)
    assert (audit.state, audit.due_at, audit.requested_by) == ("REQUESTED", AT, "Ada")
    assert Activity.objects.get().verb == "audit.requested"


def test_one_audit_of_a_connection_at_a_time(shop, inside):
    request(shop)
    with pytest.raises(operations.AuditAlreadyRunning, match="Shop"):
        request(shop)
    assert Audit.objects.count() == 1


@pytest.mark.parametrize("state", ["DRAFT", "CHECKING", "REFUSED", "DELETED"])
def test_only_a_connection_in_use_can_be_looked_at(shop, inside, state):
    shop.state = state
    with pytest.raises(operations.NotConnected):
        request(shop)


def test_stopping_what_nobody_began_ends_it_at_once(shop, inside):
    audit = request(shop)
    assert operations.request_stop(audit=audit, by="Ada", at=AT)
    audit.refresh_from_db()
    assert (audit.state, audit.due_at, audit.ended_at) == ("STOPPED", None, AT)
    request(shop)


def test_a_worker_that_is_just_beginning_ends_the_audit_and_books_what_it_has_called(shop, inside):
    audit = request(shop)
    with acting_as("cf_worker"):
        claimed = take_audit(audit)
    assert operations.request_stop(audit=audit, by="Ada", at=AT)
    assert state_of(audit) == "REQUESTED"
    with acting_as("cf_worker"):
        assert not steps.is_wanted(audit_id=audit.id, state=Audit.State.REQUESTED)
        steps.begin(audit=claimed, survey=Survey(account_id="2", calls=CALLS), parts=PARTS, at=AT)
    assert state_of(audit) == "STOPPED"
    assert Step.objects.count() == 0
    assert booked(audit) == [("GetCallerIdentity", "OK", 2, None, "2")]


def test_whoever_lost_an_audit_that_it_was_beginning_ends_nothing(shop, inside):
    audit = request(shop)
    with acting_as("cf_worker"):
        asleep = take_audit(audit)
        awake = take_audit(audit, at=AT + 61 * SECOND)
        with pytest.raises(steps.NoLongerOurs), scope.organization(scope.current()):
            steps.begin(audit=asleep, survey=Survey(calls=CALLS), parts=PARTS, at=AT)
        steps.begin(audit=awake, survey=Survey(account_id="2", calls=CALLS), parts=PARTS, at=AT + 61 * SECOND)
    judging = Step.objects.get(kind="JUDGE")
    assert booked(audit) == [("GetCallerIdentity", "OK", 2, judging.id, "2")]


def test_what_an_audit_called_before_it_was_refused_is_booked(shop, inside):
    audit = request(shop)
    with acting_as("cf_worker"):
        steps.refuse(audit=take_audit(audit), message="Nobody answers.", account_id="2", calls=CALLS, at=AT)
    assert state_of(audit) == "FAILED"
    assert booked(audit) == [("GetCallerIdentity", "OK", 2, None, "2")]


def test_an_audit_that_is_left_to_another_worker_is_due_at_once(shop, inside):
    audit = request(shop)
    with acting_as("cf_worker"):
        steps.leave_to_another(audit=take_audit(audit), account_id="2", calls=CALLS, at=AT + SECOND)
    audit.refresh_from_db()
    assert (audit.state, audit.due_at, audit.claim, audit.attempt) == ("REQUESTED", AT + SECOND, None, 0)
    assert len(booked(audit)) == 1


def test_a_stopped_audit_starts_no_further_step_and_ends_with_the_last_one_at_work(shop, inside):
    audit = request(shop)
    at_work, waiting = begin(audit)
    at_work = take(at_work)
    operations.request_stop(audit=audit, by="Ada", at=AT)
    with acting_as("cf_worker"):
        steps.look_again(audit_id=audit.id, at=AT)
        assert not steps.is_wanted(audit_id=audit.id)
    assert state_of(audit) == "RUNNING"
    assert take(waiting) is None
    finish(at_work, state=Step.State.FAILED, message=steps.STOPPED_MESSAGE)
    assert state_of(audit) == "STOPPED"
    assert Step.objects.filter(due_at__isnull=False).count() == 0


@pytest.mark.parametrize("is_given_up", [False, True])
def test_an_audit_is_locked_before_a_step_that_will_be_ended(shop, inside, is_given_up):
    """As everybody else does it: whoever locks them the other way round waits in a ring."""
    audit = request(shop)
    first, *_ = begin(audit)
    if is_given_up:
        with acting_as("cf_worker"):
            Step.objects.filter(id=first.id).update(attempt=steps.MOST_ATTEMPTS)
    else:
        operations.request_stop(audit=audit, by="Ada", at=AT)
        with acting_as("cf_worker"):
            Step.objects.filter(id=first.id).update(due_at=AT)
    with CaptureQueriesContext(connection) as seen:
        assert take(first) is None
    locks = "FOR NO KEY UPDATE"
    said = [query["sql"] for query in seen if locks in query["sql"] or query["sql"].startswith("UPDATE")]
    assert '"audits_audit"' in said[0]
    assert locks in said[0]
    assert said[1].startswith('UPDATE "audits_step"')


def test_an_audit_with_nothing_at_work_stops_when_it_is_looked_at(shop, inside):
    audit = request(shop)
    begin(audit)
    operations.request_stop(audit=audit, by="Ada", at=AT)
    with acting_as("cf_worker"):
        steps.look_again(audit_id=audit.id, at=AT)
    assert state_of(audit) == "STOPPED"


def test_who_asks_once_more_is_told_so_and_the_trail_has_it_once(shop, inside):
    audit = request(shop)
    begin(audit)
    asked = [operations.request_stop(audit=audit, by=by, at=AT) for by in ("Ada", "Bo")]
    assert asked == [True, False]
    assert [one.actor for one in Activity.objects.filter(verb="audit.stop_requested")] == ["Ada"]


def test_what_has_ended_cannot_be_stopped(shop, inside):
    audit = request(shop)
    with acting_as("cf_worker"):
        Audit.objects.filter(id=audit.id).update(state="DONE", ended_at=AT, due_at=None)
    assert not operations.request_stop(audit=audit, by="Ada", at=AT)
    assert state_of(audit) == "DONE"


def test_a_deleted_connections_steps_are_not_wanted(shop, inside):
    audit = request(shop)
    first, _ = begin(audit)
    Connection.objects.filter(id=shop.id).update(state="DELETED")
    assert take(first) is None
    assert state_of(audit) == "STOPPED"


def test_the_judging_becomes_due_once_all_others_have_ended_and_then_the_audit_is_done(shop, inside):
    audit = request(shop)
    for step in begin(audit):
        assert Step.objects.get(kind="JUDGE").due_at is None
        finish(take(step))
    with acting_as("cf_worker"):
        Audit.objects.filter(id=audit.id).update(estimated_cost_usd=2)
    judging = Step.objects.get(kind="JUDGE")
    assert judging.due_at == AT + SECOND
    finish(take(judging, at=AT + SECOND))
    audit.refresh_from_db()
    assert (audit.state, audit.ended_at, audit.due_at, audit.estimated_cost_usd) == ("DONE", AT + SECOND, None, 2)
    assert Connection.objects.get().night_cost_usd == 2


def test_looking_again_makes_no_second_judging(shop, inside):
    audit = request(shop)
    for step in begin(audit):
        finish(take(step))
    judging = take(Step.objects.get(kind="JUDGE"), at=AT + SECOND)
    with acting_as("cf_worker"):
        steps.look_again(audit_id=audit.id, at=AT + 2 * SECOND)
    assert Step.objects.filter(kind="JUDGE").count() == 1
    assert Step.objects.get(kind="JUDGE").due_at == judging.due_at


def test_a_step_that_was_taken_over_can_write_nothing(shop, inside):
    audit = request(shop)
    step, _ = begin(audit)
    asleep = take(step)
    awake = take(step, at=AT + 61 * SECOND)
    with pytest.raises(steps.NoLongerOurs), scope.organization(scope.current()):
        finish(asleep)
    finish(awake)
    assert Step.objects.get(id=step.id).state == "DONE"


def test_an_error_of_ours_is_tried_three_times_and_then_leaves_a_gap(shop, inside):
    audit = request(shop)
    step, _ = begin(audit)
    at = AT
    for _ in range(steps.MOST_FAILURES):
        claimed = take(step, at=at)
        with acting_as("cf_worker"):
            steps.fail(step=claimed, message="It failed.", kinds=("volume",), calls=(), at=at)
        at += dt.timedelta(minutes=5)
    step.refresh_from_db()
    assert (step.state, step.due_at, step.attempt, step.gap_count) == ("FAILED", None, 3, 1)
    assert list(audit.gaps.values_list("reason", "kinds")) == [("FAILED", ["volume"])]


def test_a_step_that_kills_its_worker_each_time_is_given_up(shop, inside):
    audit = request(shop)
    step, _ = begin(audit)
    at = AT
    while take(step, at=at) is not None:
        at += dt.timedelta(seconds=61)
    step.refresh_from_db()
    assert (step.state, step.attempt) == ("FAILED", steps.MOST_ATTEMPTS + 1)
    assert audit.gaps.count() == 1


def test_a_step_given_back_is_due_at_once_and_its_try_does_not_count(shop, inside):
    audit = request(shop)
    step, _ = begin(audit)
    claimed = take(step)
    with acting_as("cf_worker"):
        steps.give_back(step=claimed, calls=(), at=AT + SECOND)
    step.refresh_from_db()
    assert (step.state, step.due_at, step.attempt, step.claim) == ("WAITING", AT + SECOND, 0, None)


def test_an_account_that_is_refused_ends_the_audit_and_refuses_the_connection(shop, inside):
    audit = request(shop)
    with acting_as("cf_worker"):
        claimed = take_audit(audit)
        confirmations.confirm(connection=shop, digest="tried", account_id="222233334444", at=AT)
        survey = Survey(digest="tried", refusal="The role may do more than read.")
        steps.begin(audit=claimed, survey=survey, parts=(), at=AT)
        assert not confirmations.is_confirmed(connection=shop, digest="tried")
    audit.refresh_from_db()
    assert (audit.state, audit.message) == ("FAILED", "The role may do more than read.")
    assert Connection.objects.get().state == "REFUSED"
    assert Step.objects.count() == 0


@pytest.mark.django_db(transaction=False)
def test_the_scheduler_is_woken_by_nothing_but_a_committed_transaction(cluster, db):
    """Said inside a transaction that is rolled back, nobody hears it; and it says nothing but that there is news."""
    with psycopg.connect(cluster.test_url, autocommit=True) as listener:
        listener.execute(f"listen {CHANNEL}")
        wake_scheduler()  # the test's own transaction never commits
        assert list(listener.notifies(timeout=0.3, stop_after=1)) == []
        with psycopg.connect(cluster.test_url) as writer:
            writer.execute("select pg_notify(%s, '')", [CHANNEL])
        (news,) = listener.notifies(timeout=5, stop_after=1)
        assert news.payload == ""


def test_an_access_submitted_anew_is_not_used_by_the_audit_that_is_running(shop, inside):
    audit = request(shop)
    first, _ = begin(audit)
    Connection.objects.filter(id=shop.id).update(state="CHECKING", generation=2)
    assert take(first) is None
    assert state_of(audit) == "STOPPED"


def test_a_refusal_that_comes_too_late_refuses_nothing(shop, inside):
    audit = request(shop)
    with acting_as("cf_worker"):
        claimed = take_audit(audit)
        Audit.objects.filter(id=audit.id).update(claim=None)  # somebody else has it by now
        with pytest.raises(steps.NoLongerOurs):
            steps.begin(audit=claimed, survey=Survey(refusal="The role may do more than read."), parts=(), at=AT)
    assert Connection.objects.get().state == "CONNECTED"


def test_what_an_older_credential_came_to_does_not_refuse_a_newer_one(shop, inside):
    audit = request(shop)
    with acting_as("cf_worker"):
        confirmations.confirm(connection=shop, digest="newer", account_id="222233334444", at=AT)
        survey = Survey(digest="older", refusal="The role may do more than read.")
        steps.begin(audit=take_audit(audit), survey=survey, parts=(), at=AT)
        assert confirmations.is_confirmed(connection=shop, digest="newer")
    assert state_of(audit) == "FAILED"
    assert Connection.objects.get().state == "CONNECTED"

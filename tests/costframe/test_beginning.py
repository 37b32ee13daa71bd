"""Beginning an audit, and what is left of work that was lost: the calls that it had made."""

from __future__ import annotations

import datetime as dt

import pytest

from audits import collect, steps
from audits.models import ApiCall, Audit, Step
from connections.models import Connection
from costframe import beginning, claims, pipeline
from tenants import scope
from tests.conftest import AT
from tests.database import acting_as

MINUTE = dt.timedelta(seconds=61)


@pytest.fixture
def audit(organization):
    """An audit of a connection in use that somebody asked for, seen by a worker."""
    with scope.organization(organization.id):
        shop = Connection.objects.create(label="Shop", state="CONNECTED", account_id="222233334444", created_at=AT)
        asked = Audit.objects.create(connection=shop, requested_by="Ada", requested_at=AT, due_at=AT)
        with acting_as("cf_worker"):
            yield asked


def a_book():
    book = collect.StoppableBook(lambda: None)
    book.note(service="sts", operation="AssumeRole")
    return book


def booked():
    return list(ApiCall.objects.values_list("operation", "count", "step__kind"))


@pytest.mark.parametrize("kept", ["fail", "end"])
def test_the_calls_of_a_step_that_was_taken_over_are_booked_and_nothing_else_of_it(organization, audit, kept):
    begun = Audit.take(audit.id, at=AT, seconds=60)
    part = steps.Part(kind=Step.Kind.INVENTORY, account_id="1", region="eu-west-1", service="ec2")
    steps.begin(audit=begun, survey=steps.Survey(), parts=[part], at=AT)
    step = Step.objects.get(kind="INVENTORY")
    asleep, awake = (Step.take(step.id, at=at, seconds=60) for at in (AT, AT + MINUTE))
    work = pipeline.Work(organization_id=organization.id, step=asleep, hold=claims.Hold(), book=a_book())
    if kept == "fail":
        work.fail("It failed.", is_final=True)
    else:
        work.end(claims.LOST)
    assert booked() == [("AssumeRole", 1, "INVENTORY")]
    step.refresh_from_db()
    assert (step.claim, step.state, step.call_count) == (awake.claim, "WAITING", 0)


def test_an_audit_whose_worker_died_after_it_was_asked_to_stop_is_stopped_by_the_next_one(organization, audit):
    Audit.take(audit.id, at=AT, seconds=60)
    with acting_as("cf_web"):
        Audit.objects.filter(id=audit.id).update(stop_requested_at=AT)
    beginning.begin_audit(organization_id=organization.id, audit=Audit.take(audit.id, at=AT + MINUTE, seconds=60))
    audit.refresh_from_db()
    assert (audit.state, audit.due_at) == ("STOPPED", None)


@pytest.mark.parametrize(
    ("reason", "state", "is_due"),
    [(claims.STOPPED, "STOPPED", False), (claims.OVERDUE, "FAILED", False), (claims.LEAVING, "REQUESTED", True),
     (claims.LOST, "REQUESTED", True)],
)  # fmt: skip
def test_a_beginning_that_ends_early_books_its_calls(organization, audit, reason, state, is_due):
    claimed = Audit.take(audit.id, at=AT, seconds=60)
    trial = beginning._Beginning(
        organization_id=organization.id, audit=claimed, connection=claimed.connection, book=a_book(), account_id="1"
    )
    trial._end(reason)
    audit.refresh_from_db()
    assert (audit.state, audit.due_at is not None, booked()) == (state, is_due, [("AssumeRole", 1, None)])
    assert (audit.claim == claimed.claim) is (reason == claims.LOST)

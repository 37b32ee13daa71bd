"""What a bill may tell of waits for it while one is being loaded, and nobody waits for one in vain."""

from __future__ import annotations

import contextlib
import datetime as dt

import pytest
from django.utils import timezone

from audits import collect, steps
from audits.models import Step
from costframe import claims, pipeline, planning
from tests.conftest import AT
from tests.costframe.planned import (
    ACCOUNT,
    DAY,
    EC2,
    OTHER,
    RECORDS,
    SECOND,
    asked_for,
    begun,
    bill,
    billed,
    connect,
    no_spot_checks,
    parts,
    steps_of,
    taken,
)


def test_on_the_first_night_a_bill_goes_first_for_a_while_and_then_tells(payer, monkeypatch):
    no_spot_checks(monkeypatch)
    begun(audit := asked_for(payer), payer)
    first = steps_of(audit)
    assert {step.due_at for step in first.values()} == {AT + planning.BILL_FIRST_SECONDS * SECOND}
    assert Step.objects.get(audit=audit, kind="BILL").due_at == AT - dt.timedelta(hours=1), "it goes before all others"
    bill(payer)
    planning.plan_again(audit=steps.lock_audit(audit_id=audit.id), at=AT + 9 * SECOND)
    second = steps_of(audit)
    assert (second["eu-west-1", "ec2"].state, second["eu-west-1", "ec2"].due_at) == ("WAITING", AT + 9 * SECOND)
    assert {step.state for place, step in second.items() if place not in billed(EC2, "eu-west-1")} == {"NOT_CALLED"}


@pytest.mark.parametrize(("days", "waits"), [(0, True), (13, True), (14, False), (30, False)])
def test_a_bill_goes_first_until_enough_days_of_it_are_there(payer, days, waits):
    if days:
        bill(payer, days=days)
    found = {part.due_at for part in parts(asked_for(payer), payer).values() if part.planned.plan == ""}
    assert found == {AT + planning.BILL_FIRST_SECONDS * SECOND if waits else None}


def test_the_step_that_loads_a_bill_plans_its_own_audit_and_the_others_anew(organization, payer, monkeypatch):
    no_spot_checks(monkeypatch)
    audits = [asked_for(payer), asked_for(connect("Other", account_id=OTHER))]
    for audit in audits:
        begun(audit, audit.connection)
    yesterday = timezone.now().date() - DAY
    monkeypatch.setattr(
        pipeline, "load_export", lambda **_: bill(payer, accounts=(ACCOUNT, OTHER), ends=yesterday) and ()
    )
    monkeypatch.setattr(pipeline.Work, "credential", lambda _: None)
    monkeypatch.setattr(pipeline.telling, "told", lambda *_, **__: contextlib.nullcontext())
    loading = Step.take(Step.objects.get(kind="BILL").id, at=timezone.now(), seconds=60)
    book = collect.StoppableBook(lambda: None)
    pipeline._load_bill(pipeline.Work(organization_id=organization.id, step=loading, hold=claims.Hold(), book=book))
    for audit in audits:
        called = {place for place, step in steps_of(audit).items() if step.state == "WAITING"}
        assert called == billed(EC2, "eu-west-1")


@pytest.mark.parametrize(
    ("ends", "due_at", "is_waited_for"),
    [
        ("finish", None, False),
        ("fail", AT + 5 * SECOND, True),
        ("fail for good", None, False),
        ("give_back", AT - dt.timedelta(hours=1), True),
    ],
)
def test_a_bill_is_waited_for_until_it_is_loaded_or_given_up(payer, ends, due_at, is_waited_for):
    begun(audit := asked_for(payer), payer)
    loading = taken(Step.objects.get(audit=audit, kind="BILL"))
    if ends == "finish":
        steps.finish(step=loading, outcome=steps.Outcome(state=Step.State.FAILED), at=AT + SECOND)
    elif ends == "give_back":
        steps.give_back(step=loading, calls=(), at=AT)
    else:
        steps.fail(step=loading, message="It failed.", kinds=(), calls=(), at=AT, is_final=ends != "fail")
    assert Step.objects.get(kind="BILL").due_at == due_at
    [found] = {step.due_at for step in steps_of(audit).values()}
    assert (found > AT + SECOND) is is_waited_for


def test_who_has_no_export_lets_a_bill_that_is_being_loaded_elsewhere_go_first(payer):
    begun(asked_for(payer), payer)
    other = connect("Other", account_id=OTHER)
    found = parts(audit := asked_for(other), other)
    assert {part.due_at for part in found.values()} == {AT + planning.BILL_FIRST_SECONDS * SECOND}
    begun(audit, other)
    loading = Step.objects.get(kind="BILL")
    assert planning.waiting_elsewhere(audit_id=loading.audit_id) == [audit.id]


def test_who_begins_before_the_audit_that_is_to_load_a_bill_waits_for_it_too(payer):
    asked_for(payer)
    other = connect("Other", account_id=OTHER)
    found = parts(asked_for(other), other)
    assert {part.due_at for part in found.values()} == {AT + planning.BILL_FIRST_SECONDS * SECOND}


@pytest.mark.parametrize(("days", "ends_ago", "waits"), [(13, 1, True), (14, 1, False), (14, 5, False), (14, 6, True)])
def test_nobody_waits_for_an_export_that_tells_of_days_enough_and_not_of_the_account(payer, days, ends_ago, waits):
    begun(asked_for(payer), payer)
    bill(payer, days=days, ends=AT.date() - ends_ago * DAY)
    other = connect("Other", account_id=OTHER)
    found = parts(asked_for(other), other)
    assert {part.due_at for part in found.values()} == {AT + planning.BILL_FIRST_SECONDS * SECOND if waits else None}


def test_days_of_long_ago_are_not_days_enough_to_leave_an_account_out(payer):
    begun(asked_for(payer), payer)
    bill(payer, days=14, ends=AT.date() - 60 * DAY)
    bill(payer, days=4)
    other = connect("Other", account_id=OTHER)
    found = parts(asked_for(other), other)
    assert {part.due_at for part in found.values()} == {AT + planning.BILL_FIRST_SECONDS * SECOND}


def test_an_audit_of_which_aws_config_left_out_all_that_waits_hears_of_a_bill_too(payer, monkeypatch):
    no_spot_checks(monkeypatch)
    begun(asked_for(payer), payer)
    other = connect("Other", account_id=OTHER)
    begun(audit := asked_for(other), other, records=RECORDS)
    Step.objects.filter(audit=audit, state="WAITING").update(attempt=1)
    assert planning.waiting_elsewhere(audit_id=Step.objects.get(kind="BILL").audit_id) == [audit.id]


def test_a_step_that_somebody_has_begun_goes_on_whatever_the_bill_says(shop):
    begun(audit := asked_for(shop), shop)
    claims = {taken(step).claim for step in steps_of(audit).values()}
    bill(shop)
    planning.plan_again(audit=steps.lock_audit(audit_id=audit.id), at=AT + SECOND)
    assert {(step.state, step.plan, step.claim) for step in steps_of(audit).values()} == {
        ("RUNNING", "", claim) for claim in claims
    }


def test_what_waits_goes_on_waiting_while_a_bill_is_being_loaded_as_long_as_a_load_may_take(payer, settings):
    settings.STEP_SECONDS = 600
    begun(asked_for(payer), payer)
    other = connect("Other", account_id=OTHER)
    begun(audit := asked_for(other), other)

    def due_after(seconds):
        planning.look_at_waiting(audit_id=audit.id, at=AT + seconds * SECOND)
        [due_at] = {step.due_at for step in steps_of(audit).values()}
        return (due_at - AT).total_seconds()

    looks = [60, 170, 190, 300, 400, 480, 599, 601]
    assert [due_after(seconds) for seconds in looks] == [300, 300, 490, 490, 600, 600, 600, 600]


def test_an_audit_that_was_written_while_the_load_ended_is_planned_anew_when_it_is_looked_at(payer, monkeypatch):
    no_spot_checks(monkeypatch)
    begun(asked_for(payer), payer)
    other = connect("Other", account_id=OTHER)
    begun(audit := asked_for(other), other)
    bill(payer, accounts=(ACCOUNT, OTHER))
    Step.objects.filter(kind="BILL").update(state="DONE", due_at=None)
    planning.look_at_waiting(audit_id=audit.id, at=AT + SECOND)
    called = {place: step.due_at for place, step in steps_of(audit).items() if step.state == "WAITING"}
    assert called == dict.fromkeys(billed(EC2, "eu-west-1"), AT + SECOND)


def test_a_worker_that_looks_after_a_running_audit_looks_at_what_waits_for_a_bill(organization, payer):
    begun(audit := asked_for(payer), payer)
    Step.objects.filter(kind="BILL").update(state="FAILED", due_at=None)
    before = timezone.now()
    Step.objects.filter(audit=audit, kind="INVENTORY").update(due_at=before + DAY)
    pipeline.run_audit(str(organization.id), str(audit.id))
    found = {step.due_at for step in steps_of(audit).values()}
    assert before <= min(found) <= max(found) <= timezone.now()


@pytest.mark.parametrize("is_final", [True, False])
def test_a_bill_that_is_given_up_tells_what_there_is_of_it(organization, payer, monkeypatch, is_final):
    no_spot_checks(monkeypatch)
    begun(audit := asked_for(payer), payer)
    loading = Step.take(Step.objects.get(kind="BILL").id, at=timezone.now(), seconds=60)
    bill(payer, ends=timezone.now().date() - DAY)
    work = pipeline.Work(
        organization_id=organization.id, step=loading, hold=claims.Hold(), book=collect.StoppableBook(lambda: None)
    )
    work.fail("It took too long.", is_final=is_final)
    called = {place for place, step in steps_of(audit).items() if step.state == "WAITING"}
    assert (called == billed(EC2, "eu-west-1")) is is_final, "what is tried again may tell of more"
    assert Step.objects.get(kind="BILL").state == ("FAILED" if is_final else "WAITING")

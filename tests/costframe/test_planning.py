"""Steps are planned by what a loaded bill names."""

from __future__ import annotations

import dataclasses
from uuid import uuid4

import pytest

from audits import collect, steps
from audits.models import BillSource, CostDay, Resource, Step
from audits.planning import NOTHING_BILLED
from connections.provider import Scope
from connections.providers.aws import inventory
from connections.resources import Database, Instance, Volume
from costframe import planning
from findings.evidence_from_rows import sight_of
from findings.models import Finding
from tests.conftest import AT
from tests.costframe.planned import (
    ACCOUNT,
    DAY,
    EC2,
    OTHER,
    RDS,
    RECORDS,
    SECOND,
    TODAY,
    asked_for,
    begun,
    bill,
    billed,
    no_spot_checks,
    parts,
    steps_of,
)


def plans(audit, connection):
    return {place: part.planned.plan for place, part in parts(audit, connection).items()}


def stands(connection, audit, *, service, region, days_ago, kind="database"):
    return Resource.objects.create(
        connection=connection, audit=audit, kind=kind, service=service, resource_id="one", account_id=ACCOUNT,
        region=region, first_seen_at=AT, last_seen_at=AT - days_ago * DAY,
    )  # fmt: skip


def test_only_what_the_bill_names_is_called_and_it_is_said_of_how_many_days(shop, monkeypatch):
    no_spot_checks(monkeypatch)
    bill(shop, lines=[(EC2, "eu-west-1"), (RDS, "us-east-1")])
    begun(audit := asked_for(shop), shop)
    found = steps_of(audit)
    called = {place for place, step in found.items() if step.state == "WAITING"}
    assert called == billed(EC2, "eu-west-1") | billed(RDS, "us-east-1")
    assert {("eu-west-1", "ec2"), ("us-east-1", "rds")} <= called
    left_out = found["eu-west-1", "rds"]
    assert (left_out.state, left_out.plan, left_out.billed_days) == ("NOT_CALLED", "NOT_BILLED", 30)
    assert left_out.due_at is None


def test_without_a_bill_everything_is_called_at_once(shop):
    assert {(part.planned.plan, part.due_at) for part in parts(asked_for(shop), shop).values()} == {("", None)}


@pytest.mark.parametrize(
    "changed",
    [
        {"days": 13},
        {"ends": TODAY - 6 * DAY},
        {"since": 20},
        {"kind": "Tax"},
        {"accounts": ["999999999999"]},
    ],
    ids=["13 days", "a bill that ended", "an account since ten days", "no usage", "another account"],
)
def test_a_bill_that_does_not_tell_of_today_leaves_nothing_out(shop, changed):
    bill(shop, **changed)
    assert set(plans(asked_for(shop), shop).values()) == {""}


def test_an_account_that_is_charged_no_more_is_called_everywhere(shop):
    load = bill(shop)
    CostDay.objects.filter(load=load, charge_date__gt=TODAY - 8 * DAY).delete()
    assert planning.billed_in(account_id=ACCOUNT, at=AT) == NOTHING_BILLED


def test_files_that_people_hand_in_leave_nothing_out_since_they_may_be_a_part_of_a_bill(shop):
    bill(BillSource.objects.create(label="Files", created_at=AT))
    assert set(plans(asked_for(shop), shop).values()) == {""}


@pytest.mark.parametrize(("kind", "region", "names"), [
    ("Credit", "", False), ("Tax", "global", False), ("Credit", "us-east-1", True), ("Usage", "", True),
])  # fmt: skip
def test_what_is_no_usage_names_a_place_only_where_it_has_a_region(shop, kind, region, names):
    load = bill(shop)
    line = CostDay.objects.filter(load=load).first()
    line.pk, line.service_name, line.region_id, line.kind = uuid4(), RDS, region, kind
    line.save(force_insert=True)
    assert ((RDS, region) in planning.billed_in(account_id=ACCOUNT, at=AT).charged) is names


def test_where_something_stood_in_the_last_thirty_nights_is_called_and_it_is_said(shop):
    bill(shop)
    audit = asked_for(shop)
    stands(shop, audit, service="rds", region="us-east-1", days_ago=29)
    stands(shop, audit, service="elasticloadbalancing", region="us-east-1", days_ago=31, kind="load_balancer")
    found = plans(audit, shop)
    assert found["us-east-1", "rds"] == "SEEN_BEFORE"
    assert found["us-east-1", "elasticloadbalancing"] in {"NOT_BILLED", "SPOT_CHECK"}


def test_where_a_finding_is_open_is_called_however_long_it_was_not_looked_at(shop):
    bill(shop)
    audit = asked_for(shop)
    old = stands(shop, audit, service="rds", region="us-east-1", days_ago=90)
    Finding.objects.create(
        connection=shop, resource=old, audit=audit, opened_audit=audit, rule_id="aws_rds_database_idle", state="OPEN",
        confidence="UNKNOWN", because="", account_id=ACCOUNT, region="us-east-1", provider_resource_id="one", action="",
        action_type="Delete", implementation_effort="Low", restart_needed=False, rollback_possible=False,
        first_seen_at=AT, opened_at=AT, last_seen_at=AT, cost_since_date=TODAY, evidence_hash="",
    )  # fmt: skip
    assert plans(audit, shop)["us-east-1", "rds"] == "SEEN_BEFORE"


@pytest.mark.parametrize("by_bill", [True, False])
def test_a_place_that_was_not_called_is_read_neither_to_the_end_nor_hidden_by_a_gap(shop, monkeypatch, by_bill):
    no_spot_checks(monkeypatch)
    if by_bill:
        bill(shop)
    begun(audit := asked_for(shop), shop, records={} if by_bill else RECORDS)
    sight, region = sight_of(audit=audit), "us-east-1" if by_bill else "eu-west-1"
    assert not sight.shows_gone(kind=Database.KIND, service="rds", region=region)
    assert sight.hidden_kinds(region) == frozenset()


def test_an_audit_of_which_nothing_is_called_is_judged_at_once(shop, monkeypatch):
    no_spot_checks(monkeypatch)
    bill(shop, lines=[("Amazon Polly", "eu-west-1")])
    begun(audit := asked_for(shop), shop)
    judging = Step.objects.get(audit=audit, kind="JUDGE")
    assert {step.state for step in steps_of(audit).values()} == {"NOT_CALLED"}
    assert judging.due_at == AT


LEFT_OUT = {
    ("eu-west-1", service) for service, one in inventory.COLLECTORS.items()
    if one.recorded_as and one.scope is Scope.REGIONAL
    and service not in {"acm-pca", "apigateway", "mq", "lambda", "redshift", "s3"}
}  # fmt: skip


def test_without_a_bill_what_aws_config_does_not_have_is_left_out_at_once(shop, monkeypatch):
    no_spot_checks(monkeypatch)
    begun(audit := asked_for(shop), shop, records=RECORDS)
    found = steps_of(audit)
    not_called = {place for place, step in found.items() if step.state == "NOT_CALLED"}
    assert not_called == LEFT_OUT
    assert {("eu-west-1", "rds"), ("eu-west-1", "vpn")} <= LEFT_OUT
    one = found["eu-west-1", "rds"]
    assert (one.plan, one.billed_days, one.is_recorded, one.due_at) == ("NOT_RECORDED", None, False, None)
    told = {place: step.is_recorded for place, step in found.items() if place not in LEFT_OUT}
    assert {place for place, is_there in told.items() if is_there} == {("eu-west-1", "lambda"), ("eu-west-1", "s3")}
    assert told["us-east-1", "rds"] is told["eu-west-1", "ec2"] is told["eu-west-1", "mq"] is None


def test_what_aws_config_has_waits_for_no_bill_since_none_could_leave_it_out(payer, monkeypatch):
    no_spot_checks(monkeypatch)
    begun(audit := asked_for(payer), payer, records=RECORDS)
    found = steps_of(audit)
    at_once = {place for place, step in found.items() if step.due_at == AT}
    assert at_once == {("eu-west-1", "lambda"), ("eu-west-1", "s3")}
    assert {place for place, step in found.items() if step.due_at is None} == LEFT_OUT
    assert found["us-east-1", "rds"].due_at == AT + planning.BILL_FIRST_SECONDS * SECOND


def test_a_bill_that_names_what_aws_config_left_out_has_it_called_all_the_same(payer, monkeypatch):
    no_spot_checks(monkeypatch)
    begun(audit := asked_for(payer), payer, records=RECORDS)
    bill(payer, lines=[(RDS, "eu-west-1")])
    planning.plan_again(audit=steps.lock_audit(audit_id=audit.id), at=AT + SECOND)
    found = steps_of(audit)
    assert (found["eu-west-1", "rds"].state, found["eu-west-1", "rds"].due_at) == ("WAITING", AT + SECOND)
    assert (found["eu-west-1", "rds"].plan, found["eu-west-1", "rds"].is_recorded) == ("", False)
    agreed = found["eu-west-1", "vpn"]
    assert (agreed.state, agreed.plan, agreed.billed_days, agreed.due_at) == ("NOT_CALLED", "NOT_BILLED", 30, None)
    assert found["eu-west-1", "lambda"].state == "WAITING", "AWS Config has some, though nothing is charged for it"
    assert found["us-east-1", "lambda"].state == "NOT_CALLED"


def test_what_was_left_out_stays_so_once_the_judging_has_its_turn(shop, monkeypatch):
    no_spot_checks(monkeypatch)
    begun(audit := asked_for(shop), shop, records=RECORDS)
    Step.objects.filter(audit=audit, kind="JUDGE").update(due_at=AT)
    bill(shop, lines=[(RDS, "eu-west-1")])
    planning.plan_again(audit=steps.lock_audit(audit_id=audit.id), at=AT + SECOND)
    assert steps_of(audit)["eu-west-1", "rds"].state == "NOT_CALLED"


@pytest.mark.parametrize(("days", "is_told"), [(0, False), (13, False), (14, True)])
def test_aws_config_is_asked_as_long_as_no_bill_tells(shop, days, is_told):
    if days:
        bill(shop, days=days)
    assert planning.is_told_by_bill(account_id=ACCOUNT, at=AT) is is_told


def test_a_bill_says_nothing_of_a_type_that_may_be_free_where_a_rule_looks_at_it(monkeypatch):
    ec2 = inventory.COLLECTORS["ec2"]
    asked = {"account_id": ACCOUNT, "region": "eu-west-1", "service": "ec2"}
    assert collect.place(**asked, looked_at={Volume}).billed_as == ec2.billed_as
    monkeypatch.setitem(inventory.COLLECTORS, "ec2", dataclasses.replace(ec2, free=(Volume,)))
    assert collect.place(**asked, looked_at={Instance}).billed_as == ec2.billed_as
    assert collect.place(**asked, looked_at={Volume}).billed_as == ()


def test_the_region_with_most_on_the_bill_is_the_one_to_try_first(shop):
    assert planning.most_billed_region(account_id=ACCOUNT, at=AT) == ""
    bill(
        shop, lines=[(EC2, "eu-west-1"), (RDS, "us-east-1"), (EC2, "us-east-1"), (RDS, ""), (EC2, ""), ("x", "global")]
    )
    assert planning.most_billed_region(account_id=ACCOUNT, at=AT) == "us-east-1"
    assert planning.most_billed_region(account_id=OTHER, at=AT) == ""


def test_every_collector_says_how_it_is_billed_or_is_always_called():
    regional = {one.service for one in inventory.COLLECTORS.values() if one.billed_as and one.scope is Scope.REGIONAL}
    assert {"ec2", "elasticloadbalancing", "rds"} <= regional

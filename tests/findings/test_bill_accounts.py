"""Bills of connections: whose an account and a resource is where several accounts, names and connections meet."""

from __future__ import annotations

import dataclasses
from contextlib import contextmanager
from uuid import uuid4

import pytest

from audits import collect
from audits.models import BillLoad, CostLine, Resource, Step
from connections.bill_ids import bill_ids
from costframe import claims, pipeline
from findings.bill_judging import judge_bills
from findings.evidence_from_rows import sight_of
from findings.models import Finding
from findings.seen_names import Names
from tenants import scope
from tests.database import acting_as
from tests.findings.rows import (
    ACCOUNT,
    ADDRESS,
    AT,
    DAY,
    IDLE,
    TODAY,
    bill,
    load_bill,
    make_audit,
    make_connection,
    see,
)
from tests.findings.test_bill_judging import GATEWAY, HOURS, MONTH, OTHER_ACCOUNT, charge, connect, found

THIRD_ACCOUNT = "333333333333"
STOPPED = dataclasses.replace(IDLE, state="stopped")


@pytest.fixture
def shop(organization):
    with scope.organization(organization.id):
        connection = make_connection()
        with acting_as("cf_worker"):
            yield connection


def test_one_name_in_several_accounts_of_a_bill_is_a_finding_in_each(shop):
    accounts = (ACCOUNT, OTHER_ACCOUNT, THIRD_ACCOUNT)
    load = load_bill(shop, accounts=accounts)
    for account_id in accounts:
        charge(load, "nat-1", "1.2", account_id=account_id, **HOURS)
    for late in range(2):
        found(make_audit(shop, at=AT + late * DAY, state="DONE"), at=AT + late * DAY)
        told = Finding.objects.filter(state="OPEN").values_list("account_id", "provider_resource_id")
        assert sorted(told) == [(account_id, "nat-1") for account_id in accounts]
    assert Resource.objects.count() == 3


def test_what_a_bill_names_in_two_ways_is_one_resource_with_the_charges_of_both(shop):
    load = load_bill(shop)
    short, arn = bill_ids(STOPPED)
    charge(load, short, "5")
    charge(load, arn, "4")
    ((rule_id, _),) = told = found(make_audit(shop), STOPPED)
    assert rule_id == "bill_address_idle"
    (finding,) = told.values()
    assert finding.gross_monthly_savings == 9 * MONTH


def test_a_region_that_its_charges_tell_anew_leaves_a_finding_as_it_is(shop):
    load = load_bill(shop)
    charge(load, GATEWAY, "1.2", **HOURS)
    (one,) = found(make_audit(shop, state="DONE")).values()
    bill(load, GATEWAY, "0.1", usage_type="Fee", quantity="1", region="us-east-1")
    CostLine.objects.filter(region_id="us-east-1").update(provider_name="AWS")
    CostLine.objects.exclude(region_id="us-east-1").update(region_id="")
    (again,) = found(make_audit(shop, at=AT + DAY), at=AT + DAY).values()
    assert (again.id, again.region) == (one.id, "us-east-1")


@pytest.mark.parametrize(("is_newer", "told"), [(True, 0), (False, 1)])
def test_an_account_on_two_bills_is_told_of_by_the_connection_of_the_newest(shop, is_newer, told):
    other = connect(THIRD_ACCOUNT)
    load = load_bill(shop, accounts=(ACCOUNT, OTHER_ACCOUNT))
    charge(load, GATEWAY, "1.2", account_id=OTHER_ACCOUNT, **HOURS)
    assert len(found(make_audit(shop, state="DONE"))) == 1
    load_bill(other, until=TODAY + DAY if is_newer else TODAY - DAY, accounts=(OTHER_ACCOUNT, THIRD_ACCOUNT))
    assert len(found(make_audit(shop, at=AT + DAY), at=AT + DAY)) == told


@pytest.mark.parametrize(("late", "told"), [(31, 1), (32, 0)])
def test_what_was_told_of_an_account_that_the_bill_has_lost_for_a_month_ends(shop, late, told):
    load = load_bill(shop, accounts=(OTHER_ACCOUNT,))
    charge(load, GATEWAY, "1.2", account_id=OTHER_ACCOUNT, **HOURS)
    assert len(found(make_audit(shop, state="DONE"))) == 1
    load_bill(shop, days=5, until=TODAY + late * DAY)
    at = AT + late * DAY
    assert len(found(make_audit(shop, at=at), at=at)) == told


def test_a_bill_that_has_stopped_tells_nothing_and_ends_nothing(shop):
    charge(load_bill(shop), GATEWAY, "1.2", **HOURS)
    (one,) = found(make_audit(shop, state="DONE")).values()
    CostLine.objects.update(resource_id="another")
    (still,) = found(make_audit(shop, at=AT + 32 * DAY), at=AT + 32 * DAY).values()
    assert (still.id, still.last_seen_at) == (one.id, one.last_seen_at)


def test_what_is_gone_is_not_told_as_long_as_its_bill_is_judged(shop):
    charge(load_bill(shop), ADDRESS.resource_id)
    see(make_audit(shop, state="DONE"), ADDRESS)
    for late in (10, 31):
        assert found(make_audit(shop, at=AT + late * DAY, state="DONE"), at=AT + late * DAY) == {}


def test_what_a_bill_cannot_tell_is_kept_of_open_findings_alone_and_leaves_them(shop):
    load = load_bill(shop)
    for name in (GATEWAY, f"{GATEWAY}-in-use"):
        charge(load, name, "1.2", **HOURS)
    CostLine.objects.filter(resource_id=f"{GATEWAY}-in-use").update(billing_currency="EUR")
    charge(load, f"{GATEWAY}-in-use", "3", usage_type="EU-NatGateway-Bytes", quantity="200", unit="GB")
    (one,) = found(make_audit(shop, state="DONE")).values()
    BillLoad.objects.update(billed_from=TODAY - 5 * DAY)
    later = make_audit(shop, at=AT + DAY)
    told = judge_bills(
        audit=later, names=Names(), sight=sight_of(audit=later), kept_out=(), tell=lambda _: None,
        is_open=frozenset({(ACCOUNT, GATEWAY, one.rule_id)}),
    )  # fmt: skip
    assert told.unknown == {(ACCOUNT, GATEWAY, one.rule_id)}
    assert not told.is_over(one)


def first_judging(shop, member):
    """The step that judges the first audit of an account of which the payer's bill has told."""
    audit = make_audit(member, at=AT + DAY / 24)
    step = Step.objects.create(
        audit=audit,
        connection=member,
        kind="JUDGE",
        state="RUNNING",
        account_id=OTHER_ACCOUNT,
        claim=uuid4(),
        due_at=AT,
    )
    book = collect.StoppableBook(lambda: None)
    return pipeline.Work(organization_id=shop.organization_id, step=step, hold=claims.Hold(), book=book)


def test_the_first_audit_of_an_account_takes_over_what_its_payers_bill_has_told_of_it(shop):
    charge(load_bill(shop, accounts=(ACCOUNT, OTHER_ACCOUNT)), GATEWAY, "1.2", account_id=OTHER_ACCOUNT, **HOURS)
    (told,) = found(make_audit(shop, state="DONE")).values()
    member = connect(OTHER_ACCOUNT, audited=None)
    pipeline._judge(first_judging(shop, member))
    (still,) = Finding.objects.filter(state="OPEN")
    assert (still.connection_id, still.rule_id) == (member.id, told.rule_id)
    assert still.estimated_monthly_savings == told.estimated_monthly_savings
    told.refresh_from_db()
    assert (told.state, told.connection_id) == ("RESOLVED", shop.id)


def test_others_are_priced_once_the_judging_has_committed_so_that_two_do_not_wait_for_each_other(shop, monkeypatch):
    charge(load_bill(shop, accounts=(ACCOUNT, OTHER_ACCOUNT)), GATEWAY, "1.2", account_id=OTHER_ACCOUNT, **HOURS)
    found(make_audit(shop, state="DONE"))
    results, seen = pipeline.Work.results, []

    @contextmanager
    def noted(work):
        with results(work) as audit:
            yield audit
        seen.append("committed")

    monkeypatch.setattr(pipeline.Work, "results", noted)
    monkeypatch.setattr(pipeline, "price_again", lambda **given: seen.append(given["connection_id"]))
    pipeline._judge(first_judging(shop, connect(OTHER_ACCOUNT, audited=None)))
    assert seen == ["committed", shop.id]

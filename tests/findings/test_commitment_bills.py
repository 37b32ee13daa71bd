"""What the bill says of an account's commitments, whoever uses them, and what a finding makes of it."""

from __future__ import annotations

import dataclasses
import datetime as dt
from decimal import Decimal

import pytest

from audits.models import CostLine, Resource
from connections.resources.commitments import Reservation, SavingsPlan
from findings.evidence_from_rows import bills_of
from findings.models import Finding
from findings.operations import judge
from tenants import scope
from tests.database import acting_as
from tests.findings.rows import AT, BASE, DAY, REGION, TODAY, bill, load_bill, make_audit, make_connection, see

MONTH = Decimal("30.4375")
OTHER_ACCOUNT = "222222222222"
RESERVED = Reservation(
    resource_id=f"arn:aws:ec2:{REGION}:111111111111:reserved-instances/one", of_service="ec2", listed_by="x",
    state="active", item_type="m5.large", count=2, begins_at=AT - 200 * DAY, ends_at=AT + 165 * DAY, **BASE,
)  # fmt: skip
NODES = dataclasses.replace(RESERVED, resource_id="two", of_service="redshift", item_type="ra3.xlplus")
PLAN = SavingsPlan(
    resource_id="arn:aws:savingsplans::111111111111:savingsplan/three", state="active", plan_type="Compute",
    hourly_commitment="1", currency="USD", begins_at=AT - 200 * DAY, ends_at=AT + dt.timedelta(days=165), **BASE,
)  # fmt: skip


@pytest.fixture
def payer(organization):
    with scope.organization(organization.id):
        connection = make_connection()
        with acting_as("cf_worker"):
            yield connection


def charge(load, commitment, *, used="0", unused="0", by=BASE["account_id"]):
    """What is used of a commitment by machines of an account, and what by nobody, each day."""
    for resource, a_day, status in (("i-used", used, "Used"), (commitment, unused, "Unused")):
        bill(load, resource, a_day, commitment=commitment, account_id=by, quantity="0", usage_type="")
        CostLine.objects.filter(commitment_discount_status="").update(commitment_discount_status=status)


def of(thing):
    return bills_of([thing]).of(thing)


def cost(found, status):
    return sum(line.effective_cost for line in found.lines if line.commitment_discount_status == status)


def test_what_other_accounts_use_of_it_counts_as_used(payer):
    load = load_bill(payer, accounts=(BASE["account_id"], OTHER_ACCOUNT))
    charge(load, RESERVED.resource_id, used="3", unused="1")
    charge(load, RESERVED.resource_id, used="5", by=OTHER_ACCOUNT)
    found = of(RESERVED)
    assert (cost(found, "Used"), cost(found, "Unused")) == (8 * 30, 30)
    assert len(found.lines) == 60


def test_one_without_an_arn_of_its_own_is_known_by_its_id_in_its_own_account_and_region(payer):
    load = load_bill(payer)
    charge(load, f"arn:aws:redshift:{REGION}:111111111111:reserved-node:two", unused="1")
    charge(load, f"arn:aws:redshift:{REGION}:{OTHER_ACCOUNT}:reserved-node:two", unused="100")
    charge(load, "arn:aws:redshift:us-west-2:111111111111:reserved-node:two", unused="100")
    assert cost(of(NODES), "Unused") == 30


def test_what_its_region_charges_without_commitments_stands_beside_it_by_the_day(payer):
    load = load_bill(payer)
    bill(load, "i-1", "2", usage_type="EU-BoxUsage:m5.large", quantity="24", unit="Hrs")
    bill(load, "i-2", "2", usage_type="EU-BoxUsage:m5.large", quantity="24", unit="Hrs")
    bill(load, "i-3", "1", usage_type="EU-BoxUsage:m5.large", quantity="24", unit="Hrs", commitment="arn:any")
    bill(load, "i-4", "2", usage_type="BoxUsage:m5.large", quantity="24", unit="Hrs", region="us-east-1")
    days = of(RESERVED).uncovered
    assert {(day.usage_type, day.quantity, day.effective_cost) for day in days} == {("EU-BoxUsage:m5.large", 48, 4)}
    assert [day.charge_date for day in days] == [TODAY - number * DAY for number in range(30, 0, -1)]


def test_what_nobody_uses_is_a_verified_finding_that_frees_a_commitment_and_no_cash(payer):
    load = load_bill(payer)
    charge(load, RESERVED.resource_id, used="3", unused="1")
    charge(load, PLAN.resource_id, unused="2")
    audit = make_audit(payer)
    see(audit, RESERVED, PLAN)
    judge(audit=audit, at=AT)
    found = {finding.rule_id: finding for finding in Finding.objects.all()}
    assert set(found) == {"aws_commitment_reservation_underused", "aws_commitment_savings_plan_underused"}
    assert {one.confidence for one in found.values()} == {"VERIFIED"}
    assert [one.cash_monthly_savings for one in found.values()] == [0, 0]
    freed = {rule: one.freed_commitment_monthly for rule, one in found.items()}
    assert freed["aws_commitment_reservation_underused"] == MONTH
    assert freed["aws_commitment_savings_plan_underused"] == 2 * MONTH


def test_without_commitments_no_bill_is_read_for_the_verdicts(payer, django_assert_num_queries):
    assert not Resource.objects.exists()
    with django_assert_num_queries(0):
        assert bills_of([]).coverage == {}

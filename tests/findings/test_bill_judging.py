"""The rules on bills over a connection's own bills: told in the one list, beside what audits see and never twice."""

from __future__ import annotations

import dataclasses
from decimal import Decimal

import pytest
from django.urls import reverse

from audits.models import BillLoad, CostLine, Resource
from connections.resources.commitments import SavingsPlan
from findings import connected_bills
from findings.models import Finding, Verdict
from findings.operations import judge, price_again
from findings.queries import totals_of
from findings.reports.money import amount
from tenants import scope
from tests.database import acting_as
from tests.findings.rows import (
    ACCOUNT,
    ADDRESS,
    AT,
    BASE,
    DAY,
    IDLE,
    REGION,
    TODAY,
    UNATTACHED,
    bill,
    hide,
    load_bill,
    make_audit,
    make_connection,
    see,
    use,
)  # fmt: skip
from tests.findings.test_commitment_bills import RESERVED
from tests.findings.test_views import text_of, visit

__all__ = ["visit"]
MONTH = Decimal("30.4375")
COMPUTE = "Amazon Elastic Compute Cloud"
PLAN = f"arn:aws:savingsplans::{ACCOUNT}:savingsplan/one"
OTHER_ACCOUNT = "222222222222"
HELD = SavingsPlan(
    resource_id=PLAN, state="active", plan_type="Compute", hourly_commitment="0.05", currency="USD",
    begins_at=AT - 400 * DAY, **{**BASE, "region": "us-east-1"},
)  # fmt: skip
GATEWAY = f"arn:aws:ec2:{REGION}:{ACCOUNT}:natgateway/nat-1"
IDLE_ADDRESS = {"usage_type": "EU-PublicIPv4:IdleAddress", "quantity": "24", "unit": "Hrs"}
HOURS = {"usage_type": "EU-NatGateway-Hours", "quantity": "24", "unit": "Hrs"}


@pytest.fixture
def shop(organization):
    with scope.organization(organization.id):
        connection = make_connection()
        with acting_as("cf_worker"):
            yield connection


def charge(load, resource, a_day="0.12", **more):
    bill(load, resource, a_day, **{**IDLE_ADDRESS, **more})
    CostLine.objects.update(provider_name="AWS")


def connect(account_id, *, state="CONNECTED", audited="DONE"):
    """A connection of another account, with an audit that came to this."""
    with acting_as("cf_web"):
        other = make_connection(account_id=account_id, label="Other", state=state)
    if audited:
        make_audit(other, at=AT - DAY, state=audited)
    return other


def found(audit, *things, at=AT):
    see(audit, *things)
    judge(audit=audit, at=at)
    return {(one.rule_id, one.provider_resource_id): one for one in Finding.objects.filter(state="OPEN")}


def test_what_no_audit_reads_is_told_by_its_bill_and_never_verified(shop):
    charge(load_bill(shop), GATEWAY, "1.2", **HOURS)
    (finding,) = found(make_audit(shop)).values()
    assert (finding.rule_id, finding.provider_resource_id) == ("bill_nat_gateway_without_bytes", GATEWAY)
    assert (finding.confidence, finding.estimated_monthly_savings) == ("ESTIMATED", Decimal("1.2") * MONTH)
    assert (finding.account_id, finding.region, finding.apart) == (ACCOUNT, REGION, "")
    row = Resource.objects.get()
    assert (row.kind, row.service, row.resource_id) == ("billed_resource", "bill", GATEWAY)
    assert "charges" in finding.evidence["bill"]
    assert finding.evidence["thing"]["charges"] == []


@pytest.mark.parametrize("name", ["AWS Support (Business)", "AWSSupportBusiness"])
def test_what_a_support_plan_is_held_against_is_the_whole_bill_whichever_name_it_has(shop, name):
    load = load_bill(shop, days=60)
    bill(load, "", "10", usage_type="Dollar")
    CostLine.objects.update(service_name=name)
    bill(load, "i-1", "1000", account_id=OTHER_ACCOUNT, usage_type="BoxUsage:m5.large")
    connect(OTHER_ACCOUNT)
    charge(load, "i-2", "0")
    assert not found(make_audit(shop))


def test_judging_again_tells_the_same_once(shop):
    charge(load_bill(shop), GATEWAY, "1.2", **HOURS)
    first, later = make_audit(shop, state="DONE"), make_audit(shop, at=AT + DAY)
    (one,) = found(first).values()
    (again,) = found(later, at=AT + DAY).values()
    assert (again.id, again.opened_at, again.last_seen_at) == (one.id, AT, AT + DAY)
    assert Verdict.objects.get().outcome == "WASTE"


def test_of_what_an_audit_has_read_the_rule_that_knows_more_has_the_word(shop):
    charge(load_bill(shop), ADDRESS.resource_id)
    told = found(make_audit(shop), ADDRESS)
    assert {rule for rule, _ in told} == {"aws_vpc_address_unassociated"}


def test_also_where_that_rule_finds_it_in_order(shop):
    charge(load_bill(shop), ADDRESS.resource_id)
    used = dataclasses.replace(ADDRESS, associated_with="i-1")
    assert found(make_audit(shop), used) == {}


def test_what_an_audit_does_not_read_is_told_by_the_bill_until_one_does(shop):
    charge(load_bill(shop), ADDRESS.resource_id)
    assert {rule for rule, _ in found(make_audit(shop, state="DONE"))} == {"bill_address_idle"}
    told = found(make_audit(shop, at=AT + DAY), ADDRESS, at=AT + DAY)
    assert {rule for rule, _ in told} == {"aws_vpc_address_unassociated"}
    assert Finding.objects.get(rule_id="bill_address_idle").resolution == "NOT_WASTEFUL"


def test_what_is_gone_is_not_told_by_a_bill_that_lags_behind(shop):
    charge(load_bill(shop), ADDRESS.resource_id)
    see(make_audit(shop, state="DONE"), ADDRESS)
    assert found(make_audit(shop, at=AT + DAY), at=AT + DAY) == {}


def test_what_a_gap_hides_is_left_as_it_is(shop):
    load = load_bill(shop)
    charge(load, "i-1", "9", usage_type="EU-DataTransfer-Out-Bytes", quantity="100", unit="GB")
    first = found(make_audit(shop, state="DONE"), dataclasses.replace(IDLE, state="stopped"))
    assert {rule for rule, _ in first} == {"bill_data_transfer_out_outlier"}
    later = make_audit(shop, at=AT + DAY)
    hide(later, kinds=("instance",), action="ec2:DescribeInstances")
    assert found(later, at=AT + DAY).keys() == first.keys()


def test_what_both_find_of_one_resource_is_counted_once(shop):
    load = load_bill(shop)
    charge(load, "i-1", "9")
    charge(load, "i-1", "1", usage_type="EU-BoxUsage:m5.large", quantity="24", unit="Hrs")
    audit = make_audit(shop)
    (row,) = see(audit, IDLE)
    use(row, days=30)
    told = found(audit, IDLE)
    assert {rule for rule, _ in told} == {"aws_ec2_instance_idle", "bill_address_idle"}
    assert {one.resource_id for one in told.values()} == {row.id}
    assert sum(one.estimated_monthly_savings for one in told.values()) == 10 * MONTH
    assert told["bill_address_idle", "i-1"].absorbed_by == "aws_ec2_instance_idle"


def test_what_rests_on_an_assumption_has_a_figure_that_no_total_has(shop):
    name = f"arn:aws:ec2:{REGION}:{ACCOUNT}:natgateway/nat-1"
    load = load_bill(shop)
    charge(load, name, "1", usage_type="EU-NatGateway-Hours", quantity="24", unit="Hrs")
    charge(load, name, "9", usage_type="EU-NatGateway-Bytes", quantity="200", unit="GB")
    (finding,) = found(make_audit(shop)).values()
    assert finding.rule_id == "bill_nat_bytes_outweigh"
    assert finding.gross_monthly_savings > 0
    assert finding.estimated_monthly_savings is None
    assert finding.apart.startswith("it rests on an assumption: ")
    totals = totals_of(Finding.objects.all())
    assert (totals.currencies, totals.unknown_count, totals.apart_count, totals.count) == ((), 0, 1, 1)


def advised(audit, machines, *, cpu, at=AT):
    """The purchase that is advised where these machines run around the clock, each with so much CPU."""
    for row, percent in zip(see(audit, *machines), cpu, strict=True):
        use(row, days=30, cpu=percent, megabytes=900 if percent > 5 else 0.5, until=at.date())
    return found(audit, *machines, at=at).get(("bill_savings_plan_worth_buying", f"{COMPUTE} around the clock"))


@pytest.fixture
def machines(shop):
    """Two that ran around the clock at full price for a month, beside a third that a plan covers."""
    load = load_bill(shop, days=33)
    hours = {"usage_type": "EU-BoxUsage:m7g.large", "quantity": "24", "unit": "Hrs"}
    for name in ("i-1", "i-2"):
        charge(load, name, "2.4", **hours)
    charge(load, "i-3", "1.2", commitment=PLAN, **hours)
    CostLine.objects.filter(resource_id="i-3").update(commitment_discount_status="Used", list_cost=Decimal("4.8"))
    see(make_audit(shop, at=AT - DAY, state="DONE"), HELD)
    return [dataclasses.replace(IDLE, resource_id=name, instance_type="m7g.large") for name in ("i-1", "i-2")]


def test_a_purchase_is_advised_for_what_has_no_finding_and_changes_as_findings_come_and_go(shop, machines):
    one = advised(make_audit(shop, state="DONE"), machines, cpu=[1.5, 80])
    assert one.because.startswith("1 machine ran around the clock")
    assert "1 more, 0.1000 USD an hour, is taken off" in one.because
    assert one.gross_monthly_savings == Decimal("1.2") * MONTH
    both = advised(make_audit(shop, at=AT + DAY, state="DONE"), machines, cpu=[80, 80], at=AT + DAY)
    assert both.id == one.id
    assert both.because.startswith("2 machines ran around the clock")
    assert both.gross_monthly_savings == Decimal("2.4") * MONTH
    assert advised(make_audit(shop, at=AT + 2 * DAY), machines, cpu=[1.5, 1.5], at=AT + 2 * DAY) is None
    assert Finding.objects.get(id=one.id).state == "RESOLVED"


def test_a_purchase_has_a_figure_and_a_size_only_where_an_audit_knows_the_plan_to_be_a_compute_plan(shop, machines):
    assert (
        "0.1000 USD an hour of commitment." in advised(make_audit(shop, state="DONE"), machines, cpu=[80, 80]).because
    )
    see(make_audit(shop, at=AT, state="DONE"), dataclasses.replace(HELD, plan_type="EC2Instance"))
    later = advised(make_audit(shop, at=AT + DAY), machines, cpu=[80, 80], at=AT + DAY)
    assert later.gross_monthly_savings is None
    assert "which this bill does not tell" in later.because


def test_what_a_purchase_saves_is_in_no_total_beside_the_findings_that_it_rests_on(shop, machines):
    one = advised(make_audit(shop), machines, cpu=[1.5, 80])
    assert (one.confidence, one.estimated_monthly_savings, one.cost_since) == ("ESTIMATED", None, None)
    assert "open findings" in one.apart
    (total,) = totals_of(Finding.objects.all()).currencies
    assert (total.count, total.monthly) == (1, Decimal("2.4") * MONTH)


def test_nothing_is_advised_for_what_no_audit_has_read_or_nobody_can_tell_of(shop, machines):
    assert advised(make_audit(shop, state="DONE"), [], cpu=[]) is None
    later = make_audit(shop, at=AT + DAY)
    see(later, *machines)  # whose usage nobody knows
    assert not [rule for rule, _ in found(later, *machines, at=AT + DAY) if "worth_buying" in rule]


def test_nothing_is_advised_beside_a_plan_that_lies_idle(shop, machines):
    load = BillLoad.objects.get()
    charge(load, PLAN, "0.5", commitment=PLAN, usage_type="", quantity="0")
    CostLine.objects.filter(resource_id=PLAN).update(commitment_discount_status="Unused")
    assert advised(make_audit(shop), machines, cpu=[80, 80]) is None


def test_its_page_says_that_no_audit_has_read_it_and_why_its_figure_is_in_no_total(shop, organization, visit):
    name = f"arn:aws:ec2:{REGION}:{ACCOUNT}:natgateway/nat-1"
    load = load_bill(shop)
    charge(load, name, "1", **HOURS)
    charge(load, name, "9", usage_type="EU-NatGateway-Bytes", quantity="200", unit="GB")
    (finding,) = found(make_audit(shop, state="DONE")).values()
    with acting_as("cf_web"):
        page = text_of(visit(organization, reverse("findings:finding", args=[finding.id])))
        listed = text_of(visit(organization, reverse("findings:list")))
    assert "No audit has read it: the bill alone tells of it." in page
    assert "which needs a bill alone" in page
    for text in (page, listed):
        assert f"({amount(finding.gross_monthly_savings)}) USD" in text
    assert "In no total: it rests on an assumption: " in page
    assert "in no total" in listed
    assert "Stand apart 1" in listed


def test_what_the_bill_shows_in_order_again_or_names_no_more_is_resolved(shop):
    load = load_bill(shop)
    charge(load, GATEWAY, "1.2", **HOURS)
    assert found(make_audit(shop, state="DONE"))
    CostLine.objects.filter(charge_date__gte=TODAY - 20 * DAY).update(resource_id="another")
    told = found(make_audit(shop, at=AT + DAY), at=AT + DAY)
    assert {name for _, name in told} == {"another"}
    assert Finding.objects.get(provider_resource_id=GATEWAY).state == "RESOLVED"


def test_a_bill_that_is_too_long_for_a_night_is_a_gap_and_leaves_what_was_found(shop, monkeypatch):
    charge(load_bill(shop), GATEWAY, "1.2", **HOURS)
    found(make_audit(shop, state="DONE"))
    monkeypatch.setattr(connected_bills, "MOST_LINES", 29)
    later = make_audit(shop, at=AT + DAY)
    assert found(later, at=AT + DAY)
    (gap,) = later.gaps.all()
    assert (gap.service, gap.reason) == ("bill", "CAPPED")
    assert gap.message.startswith("The bills of the last 93 days have 30 lines, more than the 29")


def test_without_a_bill_that_is_open_what_was_found_stays_open(shop):
    charge(load_bill(shop), GATEWAY, "1.2", **HOURS)
    found(make_audit(shop, state="DONE"))
    BillLoad.objects.update(state="REFUSED")
    assert found(make_audit(shop, at=AT + DAY), at=AT + DAY)


def test_a_bill_that_comes_after_the_audit_is_told_at_once_and_ends_what_it_no_longer_shows(shop):
    audit = make_audit(shop, state="DONE")
    assert found(audit, RESERVED) == {}
    see(audit, UNATTACHED)
    unused = Verdict.objects.filter(rule_id="aws_commitment_reservation_underused")
    assert unused.get().outcome == "UNKNOWN"
    load = load_bill(shop)
    charge(load, RESERVED.resource_id, "2", commitment=RESERVED.resource_id, usage_type="", quantity="0")
    CostLine.objects.update(commitment_discount_status="Unused")
    charge(load, GATEWAY, "1.2", **HOURS)
    price_again(connection_id=shop.id, at=AT)
    opened = {"aws_commitment_reservation_underused", "bill_nat_gateway_without_bytes"}
    assert set(Finding.objects.values_list("rule_id", flat=True)) == opened  # and no rule that needs no bill opens
    assert unused.get().outcome == "WASTE"
    CostLine.objects.update(commitment_discount_status="Used", usage_type="EU-NatGateway-Bytes")
    price_again(connection_id=shop.id, at=AT)
    assert not Finding.objects.filter(state="OPEN").exists()


@pytest.mark.parametrize(
    ("state", "audited", "told"),
    [
        (None, None, 1),
        ("CONNECTED", None, 1),
        ("CONNECTED", "FAILED", 1),
        ("CONNECTED", "DONE", 0),
        ("REFUSED", "DONE", 0),
        ("DELETED", "DONE", 1),
    ],
)
def test_an_account_of_the_bill_whose_connection_has_been_audited_is_told_of_there(shop, state, audited, told):
    if state:
        connect(OTHER_ACCOUNT, state=state, audited=audited)
    charge(load_bill(shop, accounts=(ACCOUNT, OTHER_ACCOUNT)), GATEWAY, "1.2", account_id=OTHER_ACCOUNT, **HOURS)
    assert len(found(make_audit(shop))) == told


def test_what_was_told_of_an_account_ends_when_that_gets_a_connection_of_its_own(shop):
    charge(load_bill(shop, accounts=(ACCOUNT, OTHER_ACCOUNT)), GATEWAY, "1.2", account_id=OTHER_ACCOUNT, **HOURS)
    assert found(make_audit(shop, state="DONE"))
    connect(OTHER_ACCOUNT)
    assert found(make_audit(shop, at=AT + DAY), at=AT + DAY) == {}


def test_a_commitment_that_no_account_lists_is_told_by_the_bill_that_names_it(shop):
    load = load_bill(shop)
    name = f"arn:aws:ec2:{REGION}:{ACCOUNT}:reserved-instances/one"
    charge(load, name, "2", commitment=name, usage_type="", quantity="0")
    CostLine.objects.update(commitment_discount_status="Unused")
    (finding,) = found(make_audit(shop)).values()
    assert (finding.rule_id, finding.freed_commitment_monthly) == ("bill_commitment_unused", 2 * MONTH)

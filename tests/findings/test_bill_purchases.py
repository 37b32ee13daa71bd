"""When a bill, or what an audit has seen, cannot tell what to buy for: what was advised is left as it is."""

from __future__ import annotations

import dataclasses

import pytest

from audits.models import BillLoad, CostLine
from findings.models import Finding
from tests.findings.rows import ACCOUNT, AT, DAY, TODAY, hide, make_audit, see
from tests.findings.test_bill_judging import HELD, advised, machines, shop
from tests.findings.test_commitment_bills import RESERVED

__all__ = ["machines", "shop"]
BOUGHT = "arn:aws:savingsplans::111111111111:savingsplan/two"


def is_advised(shop, machines, *, late=1, seen=()):
    audit = make_audit(shop, at=AT + late * DAY)
    see(audit, *seen)
    advised(audit, machines, cpu=[80] * len(machines), at=audit.requested_at)
    return [finding.account_id for finding in Finding.objects.filter(state="OPEN", rule_id__contains="worth_buying")]


@pytest.fixture
def advice(shop, machines):
    assert advised(make_audit(shop, state="DONE"), machines, cpu=[80, 80])


@pytest.mark.parametrize(
    "changes",
    [
        {"billed_from": TODAY - 32 * DAY},
        {"billed_from": TODAY - 20 * DAY},
        {"billed_until": TODAY - 7 * DAY, "billed_from": TODAY - 33 * DAY},
    ],
)
def test_a_bill_of_too_few_days_leaves_what_is_advised(shop, machines, advice, changes):
    BillLoad.objects.update(**changes)
    assert is_advised(shop, machines) == [ACCOUNT]


def test_a_use_without_a_quantity_leaves_what_is_advised(shop, machines, advice):
    CostLine.objects.filter(resource_id__in=["i-1", "i-2"]).update(consumed_quantity=None)
    assert is_advised(shop, machines) == [ACCOUNT]


def test_a_failed_read_of_machines_leaves_what_is_advised(shop, machines, advice):
    hide(later := make_audit(shop, at=AT + DAY), kinds=("instance",), action="ec2:DescribeInstances")
    advised(later, [], cpu=[], at=AT + DAY)
    assert Finding.objects.filter(state="OPEN", rule_id__contains="worth_buying").exists()


def test_machines_that_are_gone_end_what_is_advised(shop, machines, advice):
    assert is_advised(shop, []) == []


def test_what_ran_in_part_on_the_last_three_days_is_no_less_steady(shop, machines):
    CostLine.objects.filter(charge_date__gte=TODAY - 3 * DAY).update(consumed_quantity=7)
    assert is_advised(shop, machines) == [ACCOUNT]


@pytest.mark.parametrize(
    ("bought", "is_told"),
    [
        ({"state": "queued"}, False),
        ({"state": "payment-pending"}, False),
        ({"state": "active", "begins_at": AT - 20 * DAY}, False),
        ({"state": "active", "begins_at": AT - 40 * DAY}, True),
        ({"state": "retired", "begins_at": AT - 20 * DAY}, True),
    ],
)
@pytest.mark.parametrize("one", [HELD, RESERVED], ids=["plan", "reservation"])
def test_nothing_is_advised_while_a_purchase_is_not_on_the_bill_yet(shop, machines, one, bought, is_told):
    one = dataclasses.replace(one, resource_id=f"{one.resource_id}-more", **bought)
    assert is_advised(shop, machines, seen=[one]) == [ACCOUNT] * is_told


def test_a_purchase_that_is_under_way_leaves_what_was_advised(shop, machines, advice):
    assert is_advised(shop, machines, seen=[dataclasses.replace(HELD, resource_id=BOUGHT, state="queued")]) == [ACCOUNT]


@pytest.mark.parametrize(("late", "is_told"), [(7, True), (8, False)])
def test_nothing_is_advised_by_an_old_bill(shop, machines, late, is_told):
    assert is_advised(shop, machines, late=late) == [ACCOUNT] * is_told

"""Savings plans as the collector makes them of AWS' answers, and what a refusal becomes."""

from __future__ import annotations

import dataclasses
import datetime as dt

import pytest

from connections.providers.aws.collectors.savingsplans import DESCRIBE_SAVINGS_PLANS, _takes_over
from connections.resources.commitments import SavingsPlan
from sandbox.aws import focus, names
from tests.connections.test_aws_inventory import AT, collect, of

PLAN = SavingsPlan(
    resource_id="arn:one", account_id="1", region="us-east-1", observed_at=AT, state="active", plan_type="EC2Instance",
    hourly_commitment="1", currency="USD", instance_family="m5", plan_region="eu-west-1",
    ends_at=AT + dt.timedelta(days=20),
)  # fmt: skip
NEXT = dataclasses.replace(PLAN, resource_id="arn:two", state="queued", begins_at=AT + dt.timedelta(days=20))


def plans(cloud, *, account=names.SHOP):
    return of(collect(cloud, service="savingsplans", account=account), SavingsPlan)


def test_plans_are_those_of_the_account_that_bought_them(calm_cloud):
    assert focus.SAVINGS_PLAN_ARN in plans(calm_cloud, account=names.PAYER)
    assert all(f"::{names.SHOP}:" in arn for arn in plans(calm_cloud))


def test_times_and_commitment_are_what_the_provider_says(calm_cloud):
    found = plans(calm_cloud).values()
    assert all(one.ends_at is None or one.ends_at.tzinfo is not None for one in found)
    assert {one.plan_type for one in found if one.ends_at is None} == {"Database"}
    assert {one.hourly_commitment for one in found} == {"0.01"}
    assert {(one.instance_family, one.plan_region) for one in found} == {("", ""), ("m5", "us-east-1")}


def test_a_plan_names_the_queued_one_that_takes_over(calm_cloud):
    found = plans(calm_cloud).values()
    (queued,) = [one for one in found if one.state == "queued"]
    followed = {one.plan_type: one.followed_by for one in found if one.followed_by and one.state == "active"}
    assert followed == {"SageMaker": (queued.resource_id,)}


def test_a_refused_call_is_a_gap_over_plans(calm_cloud):
    calm_cloud.fault("deny", service="savingsplans", operation="DescribeSavingsPlans", count=None)
    collected = collect(calm_cloud, service="savingsplans")
    (gap,) = collected.gaps
    assert (gap.action, gap.kinds) == (DESCRIBE_SAVINGS_PLANS.action, ("savings_plan",))


@pytest.mark.parametrize(
    ("changed", "takes_over"),
    [
        ({}, True),
        ({"begins_at": AT + dt.timedelta(days=26)}, True),
        ({"state": "active", "begins_at": AT + dt.timedelta(days=14)}, True),
        ({"state": "payment-pending"}, True),
        ({"state": "retired"}, False),
        ({"state": "pending-return"}, False),
        ({"begins_at": AT + dt.timedelta(days=28)}, False),
        ({"begins_at": AT + dt.timedelta(days=12)}, False),
        ({"begins_at": None}, False),
        ({"instance_family": "c5"}, False),
        ({"plan_region": "us-east-1"}, False),
        ({"plan_type": "Compute"}, False),
        ({"resource_id": "arn:one"}, False),
    ],
)
def test_only_one_of_the_same_kind_that_begins_about_its_end_takes_over(changed, takes_over):
    assert _takes_over(dataclasses.replace(NEXT, **changed), PLAN) is takes_over


def test_nothing_takes_over_from_a_plan_without_an_end():
    assert not _takes_over(NEXT, dataclasses.replace(PLAN, ends_at=None))

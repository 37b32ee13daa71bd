"""A Classic Load Balancer without instances, and those that have some, had some lately, or are not measured."""

from dataclasses import replace

import pytest

from connections.resources.classic_balancers import ClassicLoadBalancer
from findings.registry import rule
from findings.rule import ALL, Fine, Unknown, Waste
from tests.findings.evidence import ACCOUNT, ago, usage_of, waste

RULE = rule("aws_elb_classic_without_instances")
WASTEFUL = ClassicLoadBalancer(
    **ACCOUNT, resource_id="arn:aws:elasticloadbalancing:us-east-1:1:loadbalancer/web", name="web",
    created_at=ago(300), instance_count=0, protocols=("HTTP",),
)  # fmt: skip


def hosts(*healthy, unhealthy=None):
    return usage_of(
        {"HealthyHostCount.Maximum": healthy, "UnHealthyHostCount.Maximum": unhealthy or [None] * len(healthy)}
    )


NONE = hosts(*[None] * 14)


@pytest.mark.parametrize(
    ("changed", "seen", "verdict"),
    [
        ({}, NONE, Waste),
        ({}, hosts(*[0.0] * 14), Waste),
        ({}, hosts(2.0, *[None] * 14), Waste),
        ({"protocols": ("TCP",)}, NONE, Waste),
        ({"created_at": ago(14)}, NONE, Waste),
        ({"instance_count": 1}, NONE, Fine),
        ({"instance_count": 3}, usage_of({}), Fine),
        ({}, hosts(*[None] * 13, 2.0), Fine),
        ({}, hosts(2.0, *[None] * 13), Fine),
        ({}, hosts(*[None] * 14, unhealthy=[None] * 13 + [1.0]), Fine),
        ({}, hosts(*[None] * 5, 1.0), Fine),
        ({"created_at": ago(13)}, NONE, Fine),
        ({}, usage_of({}), Unknown),
        ({}, hosts(*[None] * 13), Unknown),
        ({}, usage_of({"HealthyHostCount.Maximum": [None] * 14}), Unknown),
        ({"created_at": None}, NONE, Unknown),
    ],
)
def test_nothing_registered_for_two_weeks_is_waste_and_a_group_that_sleeps_at_night_is_not(changed, seen, verdict):
    assert isinstance(RULE.ask(replace(WASTEFUL, **changed), usage=seen, settings={}), verdict)


def test_all_of_its_cost_is_saved():
    found = waste(RULE, WASTEFUL, seen=NONE)
    assert found.saves == ALL
    assert found.because == "No instance is registered with it, nor was one on any of the last 14 days."


@pytest.mark.parametrize(("days", "verdict"), [(7, Waste), (30, Unknown)])
def test_the_window_is_a_setting(days, verdict):
    assert isinstance(RULE.ask(WASTEFUL, usage=NONE, settings={"idle_days": days}), verdict)

"""A load balancer with nothing behind it."""

from dataclasses import replace

import pytest

from connections.resources import LoadBalancer
from findings.registry import rule
from findings.rule import ALL, Fine, Unknown, Waste
from tests.findings.evidence import ACCOUNT, ago, waste

RULE = rule("aws_elb_load_balancer_without_targets")
WASTEFUL = LoadBalancer(
    **ACCOUNT,
    resource_id="arn:aws:elasticloadbalancing:us-east-1:111122223333:loadbalancer/app/web/1",
    created_at=ago(100),
    balancer_type="application",
    state="active",
    target_group_count=2,
    target_count=0,
)


@pytest.mark.parametrize(
    ("changed", "verdict"),
    [
        ({}, Waste),
        ({"target_group_count": 0}, Waste),
        ({"target_group_count": 0, "target_count": None}, Waste),
        ({"target_count": 1}, Fine),
        ({"target_count": 1, "healthy_target_count": 0}, Fine),
        ({"target_count": None}, Unknown),
        ({"target_count": None, "target_group_count": None}, Unknown),
        ({"created_at": ago(1)}, Waste),
        ({"created_at": ago(1 - 1 / 86400)}, Fine),
        ({"created_at": None}, Unknown),
        ({"state": "provisioning"}, Fine),
        ({"state": "failed"}, Fine),
    ],
)
def test_a_day_without_any_target_is_waste(changed, verdict):
    assert isinstance(RULE.ask(replace(WASTEFUL, **changed), usage=None, settings={}), verdict)


@pytest.mark.parametrize(
    ("groups", "words"), [(0, "with no target group,"), (None, "with no target group,"), (1, "with 1 target group and")]
)
def test_the_sentence_says_what_is_missing(groups, words):
    verdict = waste(RULE, replace(WASTEFUL, target_group_count=groups))
    assert verdict.saves == ALL
    assert words in verdict.because
    assert verdict.because.endswith("100 days old.")


def test_the_hint_uses_the_whole_arn():
    assert RULE.hint_for(WASTEFUL).endswith(WASTEFUL.resource_id)


def test_the_days_are_a_setting():
    assert isinstance(RULE.ask(WASTEFUL, usage=None, settings={"empty_days": 101}), Fine)

"""A load balancer with nothing behind it."""

from dataclasses import replace

import pytest

from connections.resources import LoadBalancer
from findings.registry import rule
from findings.rule import ALL, UNTOLD, Fine, Unknown, Waste
from tests.findings.evidence import ACCOUNT, ago, usage_of, waste

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
NAMES = ("RequestCount", "NewFlowCount", "HTTP_Redirect_Count", "HTTP_Fixed_Response_Count")
NONE = [None] * 14


def seen(**days):
    return usage_of({f"{name}.Sum": days.get(name, NONE) for name in NAMES})


SILENT = seen()


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
    assert isinstance(RULE.ask(replace(WASTEFUL, **changed), usage=SILENT, settings={}), verdict)


@pytest.mark.parametrize(
    ("groups", "words"), [(0, "with no target group,"), (None, "with no target group,"), (1, "with 1 target group and")]
)
def test_the_sentence_says_what_is_missing(groups, words):
    verdict = waste(RULE, replace(WASTEFUL, target_group_count=groups), seen=SILENT)
    assert verdict.saves == ALL
    assert words in verdict.because
    assert verdict.because.endswith("100 days old.")


def test_the_hint_uses_the_whole_arn():
    assert RULE.hint_for(WASTEFUL).endswith(WASTEFUL.resource_id)


def test_the_days_are_a_setting():
    assert isinstance(RULE.ask(WASTEFUL, usage=SILENT, settings={"empty_days": 101}), Fine)


@pytest.mark.parametrize(
    ("usage", "verdict"),
    [
        (seen(RequestCount=[9_000.0, *[None] * 13]), Fine),
        (seen(RequestCount=[*[None] * 13, 1.0]), Fine),
        (seen(NewFlowCount=[None, 3.0, *[None] * 12]), Fine),
        (seen(NewFlowCount=[0.0] * 14), Waste),
        (seen(RequestCount=[5.0, *NONE]), Waste),
        (seen(HTTP_Redirect_Count=[*[None] * 13, 100.0]), Fine),
        (seen(HTTP_Fixed_Response_Count=[400.0] * 14), Fine),
        (seen(HTTP_Redirect_Count=[60.0] * 14, HTTP_Fixed_Response_Count=[40.0] * 14), Fine),
        (seen(HTTP_Redirect_Count=[60.0] * 14, HTTP_Fixed_Response_Count=[39.0] * 14), Waste),
        (seen(RequestCount=NONE[1:]), Unknown),
        (seen(NewFlowCount=NONE[1:]), Unknown),
        (seen(HTTP_Redirect_Count=NONE[1:]), Unknown),
        (usage_of({}), Unknown),
        (usage_of({"RequestCount.Sum": [7.0]}), Fine),
    ],
)
def test_what_was_answered_within_a_fortnight_had_targets_or_needs_none(usage, verdict):
    assert isinstance(RULE.ask(WASTEFUL, usage=usage, settings={}), verdict)


def test_one_made_within_the_window_is_judged_by_the_days_that_it_has():
    assert isinstance(RULE.ask(replace(WASTEFUL, created_at=ago(2)), usage=SILENT, settings={}), Waste)


def test_what_still_comes_is_told_and_has_no_figure():
    verdict = waste(RULE, WASTEFUL, seen=seen(HTTP_Redirect_Count=[None, 40.0, *[3.0] * 12]))
    assert verdict.saves == UNTOLD
    assert verdict.because.endswith(" Its listeners answered at most 40 requests a day by themselves.")


def test_the_window_and_the_requests_are_settings():
    lately = seen(RequestCount=[5.0, *NONE[1:]])
    assert isinstance(RULE.ask(WASTEFUL, usage=lately, settings={"idle_days": 13}), Waste)
    redirecting = seen(HTTP_Redirect_Count=[500.0] * 14)
    assert isinstance(RULE.ask(WASTEFUL, usage=redirecting, settings={"max_requests": 501}), Waste)

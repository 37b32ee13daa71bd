"""A Classic Load Balancer that hardly anybody asks, and those that are asked, or of which requests do not tell."""

from dataclasses import replace

import pytest

from connections.resources.classic_balancers import ClassicLoadBalancer
from findings.registry import rule
from findings.rule import ALL, UNTOLD, Fine, Unknown, Waste
from tests.findings.evidence import ACCOUNT, ago, usage_of, waste

RULE = rule("aws_elb_classic_low_traffic")
WASTEFUL = ClassicLoadBalancer(
    **ACCOUNT, resource_id="arn:aws:elasticloadbalancing:us-east-1:1:loadbalancer/web", name="web",
    created_at=ago(300), instance_count=2, protocols=("HTTP", "HTTPS"),
)  # fmt: skip


def seen(*requests, hosts=2.0):
    healthy = hosts if isinstance(hosts, list) else [hosts] * len(requests)
    return usage_of({"RequestCount.Sum": requests, "HealthyHostCount.Maximum": healthy})


SILENT = seen(*[None] * 14)


@pytest.mark.parametrize(
    ("changed", "usage", "verdict"),
    [
        ({}, SILENT, Waste),
        ({}, seen(*[99.0] * 14), Waste),
        ({}, seen(*[None] * 13, 99.0), Waste),
        ({}, seen(90_000.0, *[None] * 14), Waste),
        ({}, seen(*[None] * 13, 100.0), Fine),
        ({}, seen(700.0, *[None] * 13), Fine),
        ({}, seen(*[None] * 4, 5000.0), Fine),
        ({"protocols": ("TCP",)}, SILENT, Fine),
        ({"protocols": ("HTTP", "SSL")}, SILENT, Fine),
        ({"instance_count": 0}, SILENT, Fine),
        ({"created_at": ago(6)}, seen(*[None] * 6), Fine),
        ({"created_at": ago(6)}, seen(*[None] * 14, hosts=[None] * 8 + [2.0] * 6), Fine),
        ({}, usage_of({}), Unknown),
        ({}, seen(*[None] * 13), Unknown),
        ({}, usage_of({"RequestCount.Sum": [None] * 14}), Unknown),
        ({}, seen(*[None] * 14, hosts=[None] + [2.0] * 13), Unknown),
        ({}, seen(*[None] * 14, hosts=[0.0] + [2.0] * 13), Unknown),
        ({"protocols": ()}, SILENT, Unknown),
        ({"created_at": None}, seen(*[None] * 13), Unknown),
        ({"created_at": None}, seen(*[None] * 14, hosts=[0.0] * 14), Unknown),
        ({"created_at": None}, SILENT, Waste),
    ],
)
def test_few_requests_with_something_to_answer_them_are_little_and_connections_are_not_counted(changed, usage, verdict):
    assert isinstance(RULE.ask(replace(WASTEFUL, **changed), usage=usage, settings={}), verdict)


def test_without_a_request_all_is_saved_and_with_some_nothing_is_told():
    found = waste(RULE, WASTEFUL, seen=SILENT)
    assert found.saves == ALL
    assert found.because == (
        "2 registered, at least one of them healthy, and at most 0 requests on any of the last 14 days."
    )
    assert waste(RULE, WASTEFUL, seen=seen(*[40.0] * 14)).saves == UNTOLD


@pytest.mark.parametrize(("settings", "verdict"), [({"max_requests": 10}, Fine), ({"idle_days": 15}, Unknown)])
def test_limit_and_days_are_settings(settings, verdict):
    assert isinstance(RULE.ask(WASTEFUL, usage=seen(*[40.0] * 14), settings=settings), verdict)

"""An Application Load Balancer that hardly anybody asks, and those that work in ways that requests do not tell."""

from dataclasses import replace

import pytest

from connections.resources import LoadBalancer
from findings.registry import rule
from findings.rule import ALL, UNTOLD, Fine, Unknown, Waste
from tests.findings.evidence import ACCOUNT, ago, usage_of, waste

RULE = rule("aws_elb_load_balancer_low_traffic")
WASTEFUL = LoadBalancer(
    **ACCOUNT, resource_id="arn:aws:elasticloadbalancing:us-east-1:1:loadbalancer/app/web/0123", name="web",
    created_at=ago(300), balancer_type="application", state="active", target_group_count=1, target_count=2,
    healthy_target_count=2,
)  # fmt: skip


def seen(*requests, redirects=None, fixed=None, gigabytes=None, units=0.0):
    none = [None] * len(requests)
    return usage_of(
        {
            "RequestCount.Sum": requests,
            "HTTP_Redirect_Count.Sum": redirects or none,
            "HTTP_Fixed_Response_Count.Sum": fixed or none,
            "ProcessedBytes.Sum": [value and value * 1e9 for value in gigabytes or none],
            "ConsumedLCUs.Maximum": units if isinstance(units, list) else [units] * len(requests),
        }
    )


SILENT = seen(*[None] * 14)
LAST = [None] * 13


@pytest.mark.parametrize(
    ("changed", "usage", "verdict"),
    [
        ({}, SILENT, Waste),
        ({}, seen(*[99.0] * 14), Waste),
        ({}, seen(90_000.0, *[None] * 14), Waste),
        ({}, seen(*[30.0] * 14, redirects=[30.0] * 14, fixed=[30.0] * 14), Waste),
        ({"target_count": None, "healthy_target_count": None}, SILENT, Waste),
        ({}, seen(*LAST, 100.0), Fine),
        ({}, seen(*[40.0] * 14, redirects=[*LAST, 60.0]), Fine),
        ({}, seen(*[None] * 14, redirects=[5000.0] * 14), Fine),
        ({}, seen(*[None] * 14, fixed=[*LAST, 100.0]), Fine),
        ({}, seen(*[3.0] * 14, gigabytes=[*LAST, 2.0]), Fine),
        ({}, seen(*[None] * 14, gigabytes=[*LAST, 0.1]), Fine),
        ({}, seen(*[None] * 3, 4000.0), Fine),
        ({"healthy_target_count": 0}, SILENT, Fine),
        ({"target_count": 0, "healthy_target_count": 0}, SILENT, Fine),
        ({"balancer_type": "network"}, SILENT, Fine),
        ({"balancer_type": "gateway"}, SILENT, Fine),
        ({"state": "provisioning"}, SILENT, Fine),
        ({"created_at": ago(6)}, seen(*[None] * 14, units=[None] * 8 + [0.0] * 6), Fine),
        ({}, usage_of({}), Unknown),
        ({}, seen(*LAST), Unknown),
        ({}, seen(*[None] * 14, units=[None] + [0.0] * 13), Unknown),
        ({}, usage_of({"RequestCount.Sum": [None] * 14, "ConsumedLCUs.Maximum": [0.0] * 14}), Unknown),
        ({"created_at": None}, seen(*LAST), Unknown),
    ],
)
def test_few_answers_of_any_kind_and_few_bytes_are_little_traffic(changed, usage, verdict):
    assert isinstance(RULE.ask(replace(WASTEFUL, **changed), usage=usage, settings={}), verdict)


def test_without_a_request_all_is_saved_and_with_some_nothing_is_told():
    found = waste(RULE, WASTEFUL, seen=SILENT)
    assert found.saves == ALL
    assert found.because == "At most 0 requests and 0.000 GB on any of the last 14 days."
    assert waste(RULE, WASTEFUL, seen=seen(*[40.0] * 14)).saves == UNTOLD
    assert waste(RULE, WASTEFUL, seen=seen(*[None] * 14, gigabytes=[0.01] * 14)).saves == UNTOLD


@pytest.mark.parametrize(
    ("settings", "verdict"),
    [({"max_requests": 40}, Fine), ({"max_traffic_gb": 0.01}, Fine), ({"idle_days": 15}, Unknown)],
)
def test_limits_and_days_are_settings(settings, verdict):
    usage = seen(*[40.0] * 14, gigabytes=[0.01] * 14)
    assert isinstance(RULE.ask(WASTEFUL, usage=usage, settings=settings), verdict)

"""Credits are paid for where CloudWatch says so on many days, and not where it has none of a machine that it measures."""

from dataclasses import replace

import pytest

from findings.registry import rule
from findings.rule import UNTOLD, Fine, Unknown, Waste
from tests.findings.evidence import ago, usage_of, waste
from tests.findings.machine_days import LARGE

RULE = rule("aws_ec2_instance_burst_credits")
BURSTABLE = replace(LARGE, instance_type="t3.large")


def charged(days, *, of=30, missing=0, cpu=30.0):
    surplus = [48.0] * days + [None] * missing + [0.0] * (of - days - missing)
    return usage_of({"CPUSurplusCreditsCharged.Sum": surplus, "CPUUtilization.Maximum": [cpu] * of})


@pytest.mark.parametrize(
    ("changed", "seen", "verdict"),
    [
        ({}, charged(15), Waste),
        ({}, charged(30), Waste),
        ({}, charged(15, missing=10), Waste),
        ({}, charged(14), Fine),
        ({}, charged(14, missing=1), Unknown),
        ({}, charged(10, missing=4), Fine),
        ({}, charged(0), Fine),
        ({}, charged(0, missing=30), Fine),
        ({}, charged(0, missing=30, cpu=None), Unknown),
        ({}, usage_of({"CPUUtilization.Maximum": [30.0] * 30}), Unknown),
        ({}, usage_of({}), Unknown),
        ({"launched_at": ago(8)}, usage_of({}), Fine),
        ({"launched_at": None}, usage_of({}), Unknown),
        ({"instance_type": "m5.large"}, charged(30), Fine),
        ({"instance_type": "g3.4xlarge"}, charged(30), Unknown),
        ({"state": "stopped"}, charged(30), Fine),
        ({"lifecycle": "spot"}, charged(30), Fine),
        ({"autoscaling_group": "web"}, charged(30), Fine),
        ({"tags": {"aws:ec2:fleet-id": "f-1"}}, charged(30), Fine),
    ],
)
def test_a_machine_pays_for_credits_where_it_is_told_so_on_many_days(changed, seen, verdict):
    assert isinstance(RULE.ask(replace(BURSTABLE, **changed), usage=seen, settings={}), verdict)


def test_it_says_how_many_and_has_no_figure():
    found = waste(RULE, BURSTABLE, seen=charged(20))
    assert found.saves == UNTOLD
    assert "on 20 of the last 30 days it was charged for surplus credits, 960 in all" in found.because
    assert "16 hours of one vCPU" in found.because


def test_on_how_many_days_is_a_setting():
    assert isinstance(RULE.ask(BURSTABLE, usage=charged(15), settings={"least_days": 16}), Fine)

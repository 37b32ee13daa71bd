"""Little CPU is told, without a figure, only where nothing smaller can be named for want of what is measured."""

from dataclasses import replace

import pytest

from findings.registry import rule
from findings.rule import UNTOLD, Fine, Unknown, Waste
from tests.findings.evidence import ago, usage_of, waste
from tests.findings.machine_days import LARGE, month

RULE = rule("aws_ec2_instance_low_utilization")
# 4 processors, 32 GiB: nothing with as much memory costs less.
ROOMY = replace(LARGE, instance_type="r6g.xlarge")


@pytest.mark.parametrize(
    ("changed", "seen", "verdict"),
    [
        ({}, month(memory=None), Waste),
        ({}, month(memory=None, peak=20), Waste),
        ({}, month(memory=None, at={4: 20.1}), Fine),
        ({}, month(memory=90), Fine),
        ({}, month(memory=10), Fine),
        ({"instance_type": "c6g.2xlarge"}, month(memory=None), Fine),
        ({}, month(memory=None, at={4: None}), Unknown),
        ({}, usage_of({}), Unknown),
        ({"instance_type": "g3.4xlarge"}, month(memory=None), Unknown),
        ({"launched_at": ago(8)}, usage_of({}), Fine),
        ({}, month(memory=None, p95=1, peak=3, traffic=1), Fine),
        ({"autoscaling_group": "web"}, month(memory=None), Fine),
        ({"instance_type": "t4g.xlarge"}, month(memory=None), Fine),
        ({"is_from_marketplace": True}, month(memory=None), Fine),
        ({"state": "stopped"}, month(memory=None), Fine),
    ],
)
def test_only_a_quiet_machine_of_which_too_little_is_measured_is_waste(changed, seen, verdict):
    assert isinstance(RULE.ask(replace(ROOMY, **changed), usage=seen, settings={}), verdict)


def test_it_has_no_figure_and_says_what_is_missing():
    found = waste(RULE, ROOMY, seen=month(memory=None))
    assert found.saves == UNTOLD
    assert "CPU peaked at 18.0 % over the last 30 days" in found.because
    assert "How much memory it uses is not measured" in found.because

"""Auto Scaling groups that never need half of their machines."""

from dataclasses import replace

import pytest

from connections.resources.scaling import AutoScalingGroup
from findings.registry import rule
from findings.rule import UNTOLD, Fine, Unknown, Waste
from tests.findings.evidence import ACCOUNT, ago, usage_of, waste

RULE = rule("aws_autoscaling_group_oversized")
WASTEFUL = AutoScalingGroup(
    **ACCOUNT,
    resource_id="web",
    name="web",
    created_at=ago(300),
    state="",
    min_size=6,
    max_size=12,
    desired_count=6,
    instance_count=6,
    instance_types=("m6g.large",),
    zones=("us-east-1a", "us-east-1b"),
)
GB = 1e9


def month(*, cpu=(), memory=(), gigabytes=()):
    """A quiet month that ends with the days that are given; a minute's bytes of the busiest machine, half each way."""
    rates = [None if one is None else one * GB / 2 for one in [0.2] * (30 - len(gigabytes)) + list(gigabytes)]
    return usage_of(
        {
            "CPUUtilization.Maximum": [20.0] * (30 - len(cpu)) + list(cpu),
            "mem_used_percent.Maximum": [25.0] * (30 - len(memory)) + list(memory),
            "NetworkIn.Maximum": rates,
            "NetworkOut.Maximum": rates,
        }
    )


def without(*names):
    seen = month()
    return replace(seen, series={key: values for key, values in seen.series.items() if not key.startswith(names)})


QUIET = month()


@pytest.mark.parametrize(
    ("changed", "seen", "verdict"),
    [
        ({}, QUIET, Waste),
        ({}, month(cpu=[35.0]), Waste),
        ({}, month(cpu=[35.1]), Fine),
        ({}, month(cpu=[90.0, *[20.0] * 29]), Fine),
        ({}, month(cpu=[90.0, *[20.0] * 30]), Waste),
        ({}, month(cpu=[90.0, None]), Fine),
        ({}, month(memory=[40.0]), Waste),
        ({}, month(memory=[40.1]), Fine),
        ({}, month(memory=[40.1, None]), Fine),
        ({}, month(cpu=[None]), Unknown),
        ({}, month(memory=[None]), Unknown),
        ({}, without("mem_used"), Unknown),
        ({}, usage_of({}), Unknown),
        ({"created_at": ago(20)}, month(cpu=[None] * 30), Fine),
        ({}, month(cpu=[4.0] * 30), Fine),
        ({"instance_types": ("m6g.12xlarge",)}, month(cpu=[4.0] * 30), Waste),
        ({"instance_types": ("m6g.12xlarge",)}, month(cpu=[1.0] * 30), Fine),
        ({}, month(gigabytes=[2.0]), Waste),
        ({}, month(gigabytes=[3.0]), Fine),
        ({}, month(gigabytes=[None]), Unknown),
        ({}, without("Network"), Unknown),
        ({"instance_types": ("m6g.large", "x99.large")}, QUIET, Unknown),
        ({"instance_types": ("t4g.large", "x99.large")}, QUIET, Unknown),
        ({"instance_types": ()}, QUIET, Unknown),
        ({"instance_types": ("t4g.large",)}, QUIET, Fine),
        ({"instance_types": ("g4dn.xlarge",)}, QUIET, Fine),
        ({"min_size": 3, "instance_count": 3}, QUIET, Waste),
        ({"min_size": 2, "instance_count": 2}, QUIET, Fine),
        ({"min_size": 2, "instance_count": 2, "zones": ("us-east-1a",)}, QUIET, Fine),
        ({"min_size": 3, "instance_count": 3, "zones": ("a", "b", "c")}, QUIET, Fine),
        ({"min_size": 4, "instance_count": 4, "zones": ("a", "b", "c")}, QUIET, Waste),
        ({"instance_count": 7}, QUIET, Fine),
        ({"instance_count": 5}, QUIET, Waste),
        ({"instance_count": 0}, QUIET, Fine),
        ({"state": "Delete in progress"}, QUIET, Fine),
        ({"tags": {"eks:nodegroup-name": "workers"}}, QUIET, Fine),
        ({"operator": "eks.amazonaws.com"}, QUIET, Fine),
    ],
)
def test_half_is_too_much_where_no_machine_was_ever_half_in_use(changed, seen, verdict):
    assert isinstance(RULE.ask(replace(WASTEFUL, **changed), usage=seen, settings={}), verdict)


def test_the_sentence_names_the_size_that_would_do():
    found = waste(RULE, WASTEFUL, seen=month(cpu=[31.5], memory=[38.0]))
    assert found.saves == UNTOLD
    assert found.because == (
        "6 machines at least. None was above 31.5 % of CPU and 38.0 % of memory in the last 30 days, so that 3 would "
        "carry it with room to spare."
    )


@pytest.mark.parametrize("settings", [{"max_cpu": 19}, {"max_memory": 24}])
def test_both_limits_are_settings(settings):
    assert isinstance(RULE.ask(WASTEFUL, usage=QUIET, settings=settings), Fine)

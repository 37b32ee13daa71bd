"""Machines that pay for a GPU and never use it."""

from dataclasses import replace

import pytest

from connections.resources import Instance
from findings.registry import rule
from findings.rule import UNTOLD, Fine, Unknown, Waste
from tests.findings.evidence import ACCOUNT, ago, usage_of, waste

RULE = rule("aws_ec2_instance_gpu_idle")
WASTEFUL = Instance(
    **ACCOUNT,
    resource_id="i-1",
    created_at=ago(300),
    launched_at=ago(200),
    state="running",
    instance_type="g4dn.xlarge",
    gpu_dimensions=("InstanceId", "i-1", "index", "0"),
)


def gpu(*days):
    return usage_of({"nvidia_smi_utilization_gpu.Maximum": [0.0] * (14 - len(days)) + list(days)})


STILL, UNSEEN = gpu(), usage_of({})


@pytest.mark.parametrize(
    ("changed", "seen", "verdict"),
    [
        ({}, STILL, Waste),
        ({}, gpu(0.9), Waste),
        ({}, gpu(1.0), Fine),
        ({}, gpu(80.0, *[0.0] * 13), Fine),
        ({}, gpu(80.0, *[0.0] * 14), Waste),
        ({}, gpu(80.0, None), Fine),
        ({}, gpu(None), Unknown),
        ({}, UNSEEN, Unknown),
        ({"gpu_dimensions": None}, UNSEEN, Unknown),
        ({"launched_at": ago(13)}, UNSEEN, Fine),
        ({"launched_at": ago(14)}, UNSEEN, Unknown),
        ({"launched_at": None}, UNSEEN, Unknown),
        ({"instance_type": "g4dn.12xlarge"}, UNSEEN, Unknown),
        ({"instance_type": "g4dn.12xlarge"}, STILL, Unknown),
        ({"instance_type": "g4dn.12xlarge"}, gpu(7.0), Fine),
        ({"instance_type": "m5.large"}, UNSEEN, Fine),
        ({"instance_type": "x99.large"}, UNSEEN, Fine),
        ({"instance_type": "g99.large"}, UNSEEN, Unknown),
        ({"instance_type": "p99.large"}, STILL, Unknown),
        ({"state": "stopped"}, STILL, Fine),
        ({"lifecycle": "spot"}, STILL, Fine),
        ({"autoscaling_group": "render"}, STILL, Fine),
        ({"operator": "eks.amazonaws.com"}, STILL, Fine),
        ({"tags": {"kubernetes.io/cluster/blue": "owned"}}, STILL, Fine),
        ({"tags": {"aws:batch:compute-environment": "x"}}, STILL, Fine),
    ],
)
def test_a_gpu_is_idle_where_its_agent_told_of_each_day_and_of_no_use(changed, seen, verdict):
    assert isinstance(RULE.ask(replace(WASTEFUL, **changed), usage=seen, settings={}), verdict)


def test_it_has_no_figure_since_the_next_type_is_not_known():
    found = waste(RULE, WASTEFUL, seen=gpu(0.4))
    assert found.saves == UNTOLD
    assert found.because == (
        "g4dn.xlarge: at none of the agent's samples was its GPU's use above 0.4 % over the last 14 days."
    )


def test_the_limit_is_a_setting():
    assert isinstance(RULE.ask(WASTEFUL, usage=gpu(0.4), settings={"max_gpu": 0.3}), Fine)

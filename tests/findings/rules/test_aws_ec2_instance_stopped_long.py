"""An instance that nobody starts any more, and what looks like one."""

from dataclasses import replace

import pytest

from connections.resources import Instance
from findings.registry import rule
from findings.rule import UNTOLD, Fine, Unknown, Waste
from tests.findings.evidence import ACCOUNT, ago, waste

RULE = rule("aws_ec2_instance_stopped_long")
WASTEFUL = Instance(
    **ACCOUNT,
    resource_id="i-0abc",
    created_at=ago(300),
    launched_at=ago(200),
    state="stopped",
    stopped_at=ago(45.5),
    instance_type="m5.large",
    volume_ids=("vol-1", "vol-2"),
)


@pytest.mark.parametrize(
    ("changed", "verdict"),
    [
        ({}, Waste),
        ({"stopped_at": ago(30)}, Waste),
        ({"stopped_at": ago(29.9)}, Fine),
        ({"stopped_at": None}, Unknown),
        ({"stopped_at": None, "seen_stopped_at": ago(30)}, Waste),
        ({"stopped_at": None, "seen_stopped_at": ago(29.9)}, Unknown),
        ({"state": "running"}, Fine),
        ({"state": "running", "stopped_at": None}, Fine),
        ({"state": "stopping"}, Fine),
        ({"volume_ids": ()}, Fine),
        ({"volume_ids": (), "stopped_at": None}, Fine),
        ({"autoscaling_group": "web"}, Fine),
        ({"autoscaling_group": "web", "stopped_at": None}, Fine),
    ],
)
def test_thirty_days_stopped_with_a_volume_are_too_long(changed, verdict):
    assert isinstance(RULE.ask(replace(WASTEFUL, **changed), usage=None, settings={}), verdict)


def test_it_has_no_figure_of_its_own_and_says_where_it_stands():
    found = waste(RULE, WASTEFUL)
    assert found.saves == UNTOLD
    assert found.because == (
        "m5.large, stopped for 45 days. 2 volumes of it stay charged: findings on those have the figure."
    )


def test_what_only_audits_saw_is_said_to_be_the_least():
    found = waste(RULE, replace(WASTEFUL, stopped_at=None, seen_stopped_at=ago(45.5)))
    assert found.because.startswith("m5.large, stopped for 45 days at least, as audits saw it. 2 volumes")


def test_the_image_comes_before_the_end():
    assert [line.split()[2] for line in RULE.hint_for(WASTEFUL).splitlines()] == ["create-image", "terminate-instances"]


def test_the_days_are_a_setting():
    assert isinstance(RULE.ask(WASTEFUL, usage=None, settings={"stopped_days": 46}), Fine)

"""Metrics of each minute where no one needs them so often."""

from dataclasses import replace

import pytest

from connections.resources import Instance
from findings.registry import rule
from findings.rule import UNTOLD, Fine, Waste
from tests.findings.evidence import ACCOUNT, ago, waste

RULE = rule("aws_ec2_instance_detailed_monitoring")
WASTEFUL = Instance(
    **ACCOUNT,
    resource_id="i-1",
    created_at=ago(300),
    launched_at=ago(200),
    tags={"env": "dev"},
    state="running",
    instance_type="m6g.large",
    is_monitored=True,
)


@pytest.mark.parametrize(
    ("changed", "verdict"),
    [
        ({}, Waste),
        ({"tags": {"Environment": "Test", "team": "search"}}, Waste),
        ({"is_monitored": False}, Fine),
        ({"tags": {}}, Fine),
        ({"tags": {"env": "prod"}}, Fine),
        ({"tags": {"env": "staging"}}, Fine),
        ({"tags": {"env": "dev", "stage": "prod"}}, Fine),
        ({"state": "stopped"}, Fine),
        ({"lifecycle": "spot"}, Fine),
        ({"autoscaling_group": "web"}, Fine),
        ({"operator": "eks.amazonaws.com"}, Fine),
        ({"tags": {"env": "dev", "aws:batch:job": "x"}}, Fine),
        ({"tags": {"env": "dev", "kubernetes.io/cluster/blue": "owned"}}, Fine),
    ],
)
def test_it_is_waste_on_a_machine_of_its_own_whose_tags_take_it_out_of_production(changed, verdict):
    assert isinstance(RULE.ask(replace(WASTEFUL, **changed), usage=None, settings={}), verdict)


def test_it_has_no_figure_and_names_the_tags():
    found = waste(RULE, WASTEFUL)
    assert found.saves == UNTOLD
    assert found.because == (
        "m6g.large is tagged env=dev, and its metrics are sent each minute. Every five minutes they cost nothing."
    )

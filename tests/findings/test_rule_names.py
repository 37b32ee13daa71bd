"""Rules by name in other apps' templates: which findings a gap may hide."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from findings.templatetags.rule_names import rule_title, titles_lost

BALANCER = "Load balancer without targets"
LITTLE = "Application Load Balancer with little traffic"
GRID = [
    {"rule": "aws_elb_load_balancer_without_targets", "region": "eu-west-1", "WASTE": 0, "FINE": 1, "UNKNOWN": 2},
    {"rule": "aws_ec2_instance_idle", "region": "eu-west-1", "WASTE": 0, "FINE": 0, "UNKNOWN": 4},
    {"rule": "aws_elb_load_balancer_without_targets", "region": "us-east-1", "WASTE": 1, "FINE": 1, "UNKNOWN": 0},
]


@pytest.mark.parametrize(
    ("service", "region", "kinds", "lost"),
    [
        ("elasticloadbalancing", "eu-west-1", ("load_balancer",), [LITTLE, BALANCER]),
        ("elasticloadbalancing", "eu-west-1", (), [BALANCER]),  # seen, but not whether it has targets
        ("elasticloadbalancing", "us-east-1", (), []),
        ("rds", "eu-west-1", (), []),
    ],
)
def test_a_gap_names_the_findings_it_may_hide(service, region, kinds, lost):
    assert (
        titles_lost(
            SimpleNamespace(service=service, regions=(region,), kinds=kinds), SimpleNamespace(summary={"grid": GRID})
        )
        == lost
    )


def test_an_audit_without_a_grid_yet_has_lost_nothing_that_is_known():
    assert (
        titles_lost(SimpleNamespace(service="rds", regions=("eu-west-1",), kinds=()), SimpleNamespace(summary={})) == []
    )


def test_a_rule_that_was_taken_out_is_called_by_its_id():
    assert rule_title("aws_gone") == "aws_gone"

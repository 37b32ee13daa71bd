"""Auto Scaling groups whose machines do next to nothing."""

from dataclasses import replace

import pytest

from connections.resources.scaling import AutoScalingGroup
from findings.registry import rule
from findings.rule import UNTOLD, Fine, Unknown, Waste
from tests.findings.evidence import ACCOUNT, ago, usage_of, waste

RULE = rule("aws_autoscaling_group_idle")
WASTEFUL = AutoScalingGroup(
    **ACCOUNT,
    resource_id="web",
    name="web",
    created_at=ago(300),
    state="",
    min_size=2,
    max_size=6,
    desired_count=2,
    instance_count=2,
    instance_types=("m6g.large",),
    zones=("us-east-1a", "us-east-1b"),
)


def days(*, cpu=(), megabytes=()):
    """Two quiet weeks, or more, that end with the days that are given; each way half of the megabytes."""
    processor = [1.0] * (14 - len(cpu)) + list(cpu)
    bytes_each_way = [None if one is None else one * 5e5 for one in [1.0] * (14 - len(megabytes)) + list(megabytes)]
    return usage_of(
        {"CPUUtilization.Maximum": processor, "NetworkIn.Sum": bytes_each_way, "NetworkOut.Sum": bytes_each_way}
    )


QUIET = days()


@pytest.mark.parametrize(
    ("changed", "seen", "verdict"),
    [
        ({}, QUIET, Waste),
        ({}, days(cpu=[4.9]), Waste),
        ({}, days(cpu=[5.0]), Fine),
        ({}, days(cpu=[5.0, None]), Fine),
        ({}, days(cpu=[60.0, *[1.0] * 14]), Waste),
        ({}, days(megabytes=[9.9]), Waste),
        ({}, days(megabytes=[10.0]), Fine),
        ({"min_size": 0}, days(megabytes=[5.0]), Fine),
        ({"min_size": 0}, QUIET, Waste),
        ({"min_size": 1, "instance_count": 8}, days(megabytes=[5.0]), Fine),
        ({}, days(cpu=[None]), Unknown),
        ({}, days(megabytes=[None]), Unknown),
        ({}, usage_of({}), Unknown),
        ({"created_at": None}, usage_of({}), Unknown),
        ({"created_at": ago(13)}, days(cpu=[None] * 14), Fine),
        ({"created_at": ago(14)}, days(cpu=[None]), Unknown),
        ({"instance_count": 0, "desired_count": 0, "min_size": 0}, usage_of({}), Fine),
        ({"state": "Delete in progress"}, QUIET, Fine),
        ({"operator": "eks.amazonaws.com"}, QUIET, Fine),
        ({"tags": {"eks:nodegroup-name": "workers"}}, QUIET, Fine),
        ({"tags": {"k8s.io/cluster-autoscaler/enabled": "true"}}, QUIET, Fine),
        ({"tags": {"kubernetes.io/cluster/blue": "owned"}}, QUIET, Fine),
        ({"tags": {"AmazonECSManaged": "true"}}, usage_of({}), Fine),
        ({"tags": {"AWSBatchServiceTag": "batch"}}, QUIET, Fine),
        ({"tags": {"elasticbeanstalk:environment-id": "e-1"}}, QUIET, Fine),
        ({"tags": {"team": "eks"}}, QUIET, Waste),
        ({"instance_types": ("m6g.large", "g4dn.xlarge")}, QUIET, Fine),
        ({"instance_types": ("x99.large",)}, QUIET, Waste),
        ({"instance_types": ("m6g.large", "m6g.12xlarge")}, days(cpu=[1.04]), Waste),
        ({"instance_types": ("m6g.large", "m6g.12xlarge")}, days(cpu=[1.05]), Fine),
        ({"instance_types": ()}, QUIET, Waste),
    ],
)
def test_a_group_is_idle_where_none_of_its_machines_did_anything_on_any_day(changed, seen, verdict):
    assert isinstance(RULE.ask(replace(WASTEFUL, **changed), usage=seen, settings={}), verdict)


def test_its_machines_have_the_figure_and_the_sentence_says_what_they_did():
    found = waste(RULE, WASTEFUL, seen=days(cpu=[3.2], megabytes=[4.0]))
    assert found.saves == UNTOLD
    assert found.because == (
        "2 machines of m6g.large: CPU of none peaked above 3.2 % and network traffic was 2.00 MB a day each at most "
        "over the last 14 days."
    )


@pytest.mark.parametrize("settings", [{"max_cpu": 0.9}, {"max_network_mb": 0.4}])
def test_both_limits_are_settings(settings):
    assert isinstance(RULE.ask(WASTEFUL, usage=QUIET, settings=settings), Fine)

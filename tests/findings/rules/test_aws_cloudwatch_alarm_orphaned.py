"""Alarms on machines that are gone."""

from dataclasses import replace

import pytest

from connections.providers.aws.collectors.cloudwatch import instance_of
from connections.resources.alarms import Alarm
from findings.registry import rule
from findings.rule import ALL, Fine, Unknown, Waste
from tests.findings.evidence import ACCOUNT, ago, waste

RULE = rule("aws_cloudwatch_alarm_orphaned")
WASTEFUL = Alarm(
    **ACCOUNT,
    resource_id="arn:aws:cloudwatch:us-east-1:111122223333:alarm:web-3-status",
    name="web-3-status",
    state="INSUFFICIENT_DATA",
    state_since_at=ago(40),
    metric="StatusCheckFailed",
    instance_id="i-0123456789abcdef0",
    is_instance_there=False,
)


@pytest.mark.parametrize(
    ("changed", "verdict"),
    [
        ({}, Waste),
        ({"state": "OK"}, Waste),
        ({"state": "ALARM"}, Waste),
        ({"state_since_at": ago(14)}, Waste),
        ({"state_since_at": ago(13)}, Fine),
        ({"state_since_at": None}, Unknown),
        ({"is_instance_there": None}, Unknown),
        ({"is_instance_there": None, "state_since_at": ago(1)}, Unknown),
        ({"is_instance_there": True}, Fine),
        ({"is_instance_there": True, "state_since_at": None}, Fine),
        ({"instance_id": ""}, Fine),
        ({"instance_id": "", "is_instance_there": None}, Fine),
    ],
)
def test_only_an_alarm_whose_machine_is_known_to_be_gone_is_waste(changed, verdict):
    assert isinstance(RULE.ask(replace(WASTEFUL, **changed), usage=None, settings={}), verdict)


def test_the_sentence_names_the_machine_and_the_state():
    found = waste(RULE, WASTEFUL)
    assert found.saves == ALL
    assert found.because == (
        "It watches StatusCheckFailed of i-0123456789abcdef0, which is gone; INSUFFICIENT_DATA for 40 days."
    )


def test_the_days_are_a_setting():
    assert isinstance(RULE.ask(WASTEFUL, usage=None, settings={"still_days": 41}), Fine)


@pytest.mark.parametrize(
    ("namespace", "dimensions", "machine"),
    [
        ("AWS/EC2", {"InstanceId": "i-1"}, "i-1"),
        ("CWAgent", {"InstanceId": "i-1", "ImageId": "ami-1", "InstanceType": "m5.large"}, ""),
        ("AWS/EC2", {"AutoScalingGroupName": "web"}, ""),
        ("AWS/EC2", {}, ""),
        ("AWS/Connect", {"InstanceId": "i-1"}, ""),
        ("Northwind", {"InstanceId": "i-1"}, ""),
        ("CWAgent", {"InstanceId": "mi-1"}, ""),
        (None, {"InstanceId": "i-1"}, ""),
    ],
)
def test_an_alarm_watches_a_machine_where_its_metric_is_of_one_and_of_nothing_else_of_that_name(
    namespace, dimensions, machine
):
    told = [{"Name": name, "Value": value} for name, value in dimensions.items()]
    assert instance_of({"Namespace": namespace, "Dimensions": told}) == machine

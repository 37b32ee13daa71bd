"""Streaming fleets to which nobody connects."""

from dataclasses import replace

import pytest

from connections.resources.streaming import StreamingFleet
from findings.registry import rule
from findings.rule import ALL, Fine, Unknown, Waste
from tests.findings.evidence import ACCOUNT, ago, usage_of, waste

RULE = rule("aws_appstream_fleet_idle")
WASTEFUL = StreamingFleet(
    **ACCOUNT,
    resource_id="arn:aws:appstream:us-east-1:111122223333:fleet/cad",
    name="cad",
    created_at=ago(300),
    state="RUNNING",
    fleet_type="ALWAYS_ON",
    instance_type="stream.standard.large",
    running_count=2,
)


def used(*percent):
    return usage_of({"CapacityUtilization.Maximum": percent})


EMPTY = used(*[0.0] * 30)


@pytest.mark.parametrize(
    ("changed", "seen", "verdict"),
    [
        ({}, EMPTY, Waste),
        ({"fleet_type": "ON_DEMAND"}, EMPTY, Waste),
        ({"running_count": None}, EMPTY, Waste),
        ({"created_at": None}, EMPTY, Waste),
        ({}, used(50.0, *[0.0] * 30), Waste),
        ({}, used(*[0.0] * 29, 12.5), Fine),
        ({}, used(12.5, *[None] * 29), Fine),
        ({}, used(*[0.0] * 29), Unknown),
        ({}, used(*[0.0] * 20, None, *[0.0] * 9), Unknown),
        ({}, used(*[None] * 30), Unknown),
        ({}, usage_of({}), Unknown),
        ({"created_at": None}, usage_of({}), Unknown),
        ({"created_at": ago(29)}, used(*[0.0] * 29), Fine),
        ({"fleet_type": "ELASTIC"}, EMPTY, Fine),
        ({"fleet_type": ""}, EMPTY, Fine),
        ({"running_count": 0}, EMPTY, Fine),
        ({"state": "STOPPED"}, EMPTY, Fine),
        ({"state": "STARTING"}, EMPTY, Fine),
    ],
)
def test_machines_that_run_and_are_charged_while_nobody_connects_on_thirty_measured_days_are_waste(
    changed, seen, verdict
):
    assert isinstance(RULE.ask(replace(WASTEFUL, **changed), usage=seen, settings={}), verdict)


@pytest.mark.parametrize(
    ("fleet_type", "charged"),
    [("ALWAYS_ON", "charged whether used or not"), ("ON_DEMAND", "charged a fee while nobody is connected")],
)
def test_the_sentence_says_which_machines_and_how_they_are_charged(fleet_type, charged):
    found = waste(RULE, replace(WASTEFUL, fleet_type=fleet_type), seen=EMPTY)
    assert found.saves == ALL
    assert found.because == (
        f"stream.standard.large machines {charged}: nobody was connected on any of the last 30 days."
    )


def test_the_days_are_a_setting():
    assert isinstance(RULE.ask(WASTEFUL, usage=EMPTY, settings={"idle_days": 31}), Unknown)

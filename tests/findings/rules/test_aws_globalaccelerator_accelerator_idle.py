"""Accelerators that nothing passes."""

from dataclasses import replace

import pytest

from connections.resources.edge import Accelerator
from findings.registry import rule
from findings.rule import ALL, Fine, Unknown, Waste
from tests.findings.evidence import ACCOUNT, ago, usage_of, waste

RULE = rule("aws_globalaccelerator_accelerator_idle")
WASTEFUL = Accelerator(
    **ACCOUNT | {"region": "us-west-2"},
    resource_id="arn:aws:globalaccelerator::111122223333:accelerator/1234abcd-0000-1111-2222-abcdef012345",
    created_at=ago(300),
    state="DEPLOYED",
    is_enabled=True,
)
NAMES = ("NewFlowCount.Sum", "ProcessedBytesIn.Sum", "ProcessedBytesOut.Sum")
NONE = [None] * 30
SILENT = usage_of(dict.fromkeys(NAMES, NONE))


def on(day, *, name, value=60.0):
    values = [*NONE]
    values[day] = value
    return usage_of(dict.fromkeys(NAMES, NONE) | {name: values})


@pytest.mark.parametrize(
    ("changed", "seen", "verdict"),
    [
        ({}, SILENT, Waste),
        ({"is_enabled": False}, SILENT, Waste),
        ({}, on(4, name=NAMES[0], value=0.0), Waste),
        ({}, usage_of({NAMES[0]: [9.0, *NONE], NAMES[1]: NONE, NAMES[2]: NONE}), Waste),
        ({"created_at": ago(30)}, SILENT, Waste),
        *[({}, on(day, name=name), Fine) for name in NAMES for day in (0, 29)],
        ({}, usage_of({NAMES[1]: [1.0]}), Fine),
        ({"created_at": ago(29)}, SILENT, Fine),
        ({"created_at": ago(3)}, usage_of({}), Fine),
        ({"state": "IN_PROGRESS"}, SILENT, Fine),
        ({"state": "IN_PROGRESS", "is_enabled": False}, usage_of({}), Fine),
        ({}, usage_of({}), Unknown),
        *[({}, usage_of({one: NONE for one in NAMES if one != name}), Unknown) for name in NAMES],
        ({}, usage_of(dict.fromkeys(NAMES, NONE[1:])), Unknown),
        ({"created_at": None}, SILENT, Unknown),
    ],
)
def test_thirty_days_without_a_flow_or_a_byte_are_enough(changed, seen, verdict):
    assert isinstance(RULE.ask(replace(WASTEFUL, **changed), usage=seen, settings={}), verdict)


@pytest.mark.parametrize(
    ("is_enabled", "because"),
    [
        (True, "Not one flow and not one byte passed it on any of the last 30 days."),
        (
            False,
            "It is switched off, and charged all the same: not one flow and not one byte passed it on any of the last 30 days.",
        ),
    ],
)
def test_the_sentence_says_whether_it_is_switched_off(is_enabled, because):
    found = waste(RULE, replace(WASTEFUL, is_enabled=is_enabled), seen=SILENT)
    assert (found.saves, found.because) == (ALL, because)


def test_the_days_are_a_setting():
    assert isinstance(RULE.ask(WASTEFUL, usage=SILENT, settings={"idle_days": 31}), Unknown)

"""Desktops to which nobody connects."""

from dataclasses import replace

import pytest

from connections.resources.desktops import Desktop
from findings.registry import rule
from findings.rule import ALL, Fine, Unknown, Waste
from tests.findings.evidence import ACCOUNT, ago, waste

RULE = rule("aws_workspaces_workspace_idle")
WASTEFUL = Desktop(
    **ACCOUNT,
    resource_id="ws-1",
    state="AVAILABLE",
    running_mode="ALWAYS_ON",
    connection="DISCONNECTED",
    last_connected_at=ago(130),
)


@pytest.mark.parametrize(
    ("changed", "verdict"),
    [
        ({}, Waste),
        ({"state": "STOPPED", "running_mode": "AUTO_STOP"}, Waste),
        ({"connection": "UNKNOWN"}, Waste),
        ({"running_mode": ""}, Waste),
        ({"last_connected_at": ago(63)}, Waste),
        ({"last_connected_at": ago(62)}, Fine),
        ({"connection": "CONNECTED"}, Fine),
        ({"is_standby": True}, Fine),
        ({"is_standby": True, "connection": None}, Fine),
        ({"state": "TERMINATING"}, Fine),
        ({"state": "SUSPENDED"}, Fine),
        ({"state": "PENDING", "last_connected_at": None}, Fine),
        ({"last_connected_at": None}, Unknown),
        ({"connection": None, "last_connected_at": None}, Unknown),
        ({"running_mode": "MANUAL"}, Unknown),
        ({"running_mode": "MANUAL", "last_connected_at": ago(3)}, Fine),
    ],
)
def test_nine_weeks_without_a_connection_are_enough_where_one_was_ever_seen(changed, verdict):
    assert isinstance(RULE.ask(replace(WASTEFUL, **changed), usage=None, settings={}), verdict)


@pytest.mark.parametrize(
    ("mode", "told"),
    [("ALWAYS_ON", "charged by the month"), ("AUTO_STOP", "charged a base by the month"), ("", "charged")],
)
def test_the_sentence_says_how_long_and_what_is_charged(mode, told):
    found = waste(RULE, replace(WASTEFUL, running_mode=mode))
    assert (found.saves, found.because) == (ALL, f"Nobody connected for 130 days; it is {told}.")


def test_the_days_are_a_setting():
    assert isinstance(RULE.ask(WASTEFUL, usage=None, settings={"unused_days": 131}), Fine)

"""Ports of Direct Connect that are down."""

from dataclasses import replace

import pytest

from connections.resources.links import DirectConnection
from findings.registry import rule
from findings.rule import ALL, Fine, Unknown, Waste
from tests.findings.evidence import ACCOUNT, ago, usage_of, waste

RULE = rule("aws_directconnect_connection_down")
WASTEFUL = DirectConnection(
    **ACCOUNT,
    resource_id="dxcon-fg5678gh",
    state="down",
    bandwidth="10Gbps",
    location="EqDC2",
    owner_id=ACCOUNT["account_id"],
    letter_at=ago(400),
)


def up(*values):
    return usage_of({"ConnectionState.Maximum": values})


DOWN = up(*[0.0] * 30)


@pytest.mark.parametrize(
    ("changed", "seen", "verdict"),
    [
        ({}, DOWN, Waste),
        ({}, up(1.0, *[0.0] * 30), Waste),
        ({"letter_at": None}, DOWN, Waste),
        ({"letter_at": ago(90)}, DOWN, Waste),
        ({"group_id": "dxlag-1"}, DOWN, Waste),
        ({"letter_at": ago(89)}, DOWN, Fine),
        ({"letter_at": ago(10)}, usage_of({}), Fine),
        ({"state": "available"}, DOWN, Fine),
        ({"state": "available"}, usage_of({}), Fine),
        ({"state": "requested"}, DOWN, Fine),
        ({"state": "ordering"}, usage_of({}), Fine),
        ({"state": "pending"}, DOWN, Fine),
        ({"owner_id": "444455556666"}, DOWN, Fine),
        ({}, up(*[0.0] * 29, 1.0), Fine),
        ({}, up(1.0, *[0.0] * 29), Fine),
        ({}, up(None, 1.0, *[0.0] * 28), Fine),
        ({}, up(*[0.0] * 29), Unknown),
        ({}, up(*[0.0] * 29, None), Unknown),
        ({}, usage_of({}), Unknown),
        ({"state": "unknown"}, DOWN, Unknown),
    ],
)
def test_thirty_days_down_are_enough_where_the_cable_is_no_new_one(changed, seen, verdict):
    assert isinstance(RULE.ask(replace(WASTEFUL, **changed), usage=seen, settings={}), verdict)


def test_all_of_it_is_saved_and_it_says_which_port():
    found = waste(RULE, WASTEFUL, seen=DOWN)
    assert (found.saves, found.because) == (ALL, "10Gbps at EqDC2: down on each of the last 30 days.")
    assert isinstance(RULE.ask(WASTEFUL, usage=DOWN, settings={"idle_days": 31}), Unknown)


def test_of_a_port_in_a_group_of_links_it_says_that_the_interfaces_must_stay():
    assert waste(RULE, replace(WASTEFUL, group_id="dxlag-1"), seen=DOWN).because == (
        "10Gbps at EqDC2: down on each of the last 30 days. It is one of the group dxlag-1, whose interfaces must be "
        "left alone."
    )

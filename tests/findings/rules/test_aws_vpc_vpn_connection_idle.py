"""VPN connections of which no tunnel is up."""

from dataclasses import replace
from decimal import Decimal

import pytest

from audits.evidence import Bill, Evidence
from connections.resources.links import VpnConnection
from findings.prices import table
from findings.registry import rule
from findings.rule import ALL, Fine, Unknown, Waste
from findings.savings import FROM_PRICES, monthly_saving
from tests.findings.evidence import ACCOUNT, ago, usage_of, waste

RULE = rule("aws_vpc_vpn_connection_idle")
WASTEFUL = VpnConnection(**ACCOUNT, resource_id="vpn-0123456789abcdef0")


def up(*values):
    return usage_of({"TunnelState.Maximum": values})


DOWN = up(*[0.0] * 30)


@pytest.mark.parametrize(
    ("changed", "seen", "verdict"),
    [
        ({}, DOWN, Waste),
        ({}, up(1.0, *[0.0] * 30), Waste),
        ({"tags": {"team": "network"}}, DOWN, Waste),
        ({}, up(1.0, *[0.0] * 29), Fine),
        ({}, up(*[0.0] * 29, 1.0), Fine),
        ({}, up(*[0.5] * 30), Fine),
        ({}, up(None, *[0.0] * 28, 1.0), Fine),
        ({}, up(*[1.0] * 5), Fine),
        ({"created_at": ago(12)}, up(*[0.0] * 12), Fine),
        ({}, up(*[0.0] * 29), Unknown),
        ({}, up(*[0.0] * 29, None), Unknown),
        ({}, up(None, *[0.0] * 29), Unknown),
        ({}, up(*[None] * 30), Unknown),
        ({}, usage_of({}), Unknown),
    ],
)
def test_thirty_days_without_a_tunnel_up_are_enough(changed, seen, verdict):
    assert isinstance(RULE.ask(replace(WASTEFUL, **changed), usage=seen, settings={}), verdict)


def test_all_of_it_is_saved_and_the_days_are_a_setting():
    found = waste(RULE, WASTEFUL, seen=DOWN)
    assert (found.saves, found.because) == (ALL, "Neither tunnel was up for a moment on any of the last 30 days.")
    assert isinstance(RULE.ask(WASTEFUL, usage=DOWN, settings={"idle_days": 31}), Unknown)


def test_one_that_is_up_is_left_alone_because_it_may_stand_by():
    assert "stand by" in RULE.ask(WASTEFUL, usage=up(*[1.0] * 30), settings={}).because


def test_without_a_bill_the_list_price_of_its_hours_is_an_estimate():
    evidence = Evidence(thing=WASTEFUL, usage=DOWN, bill=Bill())
    saving = monthly_saving(saves=ALL, evidence=evidence, listed=table("aws"))
    assert (saving.cash, saving.basis) == (Decimal("0.05") * Decimal("730.5"), FROM_PRICES)

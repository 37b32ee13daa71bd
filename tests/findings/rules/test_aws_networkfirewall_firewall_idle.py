"""Network firewalls that no packet comes to."""

from dataclasses import replace

import pytest

from connections.resources.firewalls import Firewall
from findings.registry import rule
from findings.rule import ALL, Fine, Unknown, Waste
from tests.findings.evidence import ACCOUNT, ago, usage_of, waste

RULE = rule("aws_networkfirewall_firewall_idle")
WASTEFUL = Firewall(
    **ACCOUNT,
    resource_id="arn:aws:network-firewall:us-east-1:111122223333:firewall/egress",
    name="egress",
    created_at=ago(300),
    state="READY",
    vpc_id="vpc-1",
    zones=("us-east-1a", "us-east-1b"),
    is_routed=False,
)
ROUTED, UNTOLD = {"is_routed": True}, {"is_routed": None}


def packets(*values):
    return usage_of({"ReceivedPackets.Sum": values})


ZERO, SILENT = packets(*[0.0] * 30), packets(*[None] * 30)


@pytest.mark.parametrize(
    ("changed", "seen", "verdict"),
    [
        ({}, ZERO, Waste),
        ({}, SILENT, Waste),
        ({}, packets(8.0, *[0.0] * 30), Waste),
        ({"created_at": ago(30)}, SILENT, Waste),
        (ROUTED, ZERO, Waste),
        (UNTOLD, ZERO, Waste),
        ({"created_at": None}, ZERO, Waste),
        ({}, packets(*[0.0] * 29, 1.0), Fine),
        ({}, packets(1.0, *[None] * 29), Fine),
        (UNTOLD, packets(5.0), Fine),
        ({"created_at": ago(29)}, SILENT, Fine),
        ({"created_at": ago(29)}, usage_of({}), Fine),
        ({"created_at": ago(29)} | ROUTED, ZERO, Fine),
        ({"state": "PROVISIONING"}, SILENT, Fine),
        ({"state": "DELETING"}, ZERO, Fine),
        ({"zones": ()}, SILENT, Fine),
        (ROUTED, SILENT, Unknown),
        (UNTOLD, SILENT, Unknown),
        (UNTOLD | {"has_associations": True}, ZERO, Unknown),
        (UNTOLD | {"has_associations": True}, packets(5.0), Fine),
        (UNTOLD | {"has_associations": True, "created_at": ago(29)}, ZERO, Fine),
        ({"is_proxy": True}, ZERO, Unknown),
        ({"is_proxy": True}, SILENT, Unknown),
        ({"is_proxy": True}, packets(5.0), Fine),
        (ROUTED, packets(*[0.0] * 29, None), Unknown),
        ({"created_at": None}, SILENT, Unknown),
        ({}, packets(*[None] * 29), Unknown),
        ({}, usage_of({}), Unknown),
        ({"zones": None, "state": ""}, usage_of({}), Unknown),
    ],
)
def test_a_firewall_is_idle_where_zero_is_reported_or_nothing_and_nothing_leads_to_it(changed, seen, verdict):
    assert isinstance(RULE.ask(replace(WASTEFUL, **changed), usage=seen, settings={}), verdict)


@pytest.mark.parametrize(
    ("changed", "because"),
    [
        (
            {},
            "Charged for 2 endpoints: no route leads to it, and no packet came on any of the last 30 days.",
        ),
        (ROUTED | {"zones": ("us-east-1a",)}, "Charged for 1 endpoint: no packet came on any of the last 30 days."),
    ],
)
def test_the_sentence_says_what_is_charged_and_whether_a_route_leads_to_it(changed, because):
    found = waste(RULE, replace(WASTEFUL, **changed), seen=ZERO)
    assert (found.saves, found.because) == (ALL, because)


def test_the_days_are_a_setting():
    assert isinstance(RULE.ask(WASTEFUL, usage=ZERO, settings={"idle_days": 31}), Unknown)

"""A VPC attached to a transit gateway that nothing passes, and attachments that stand by or are told to others."""

from dataclasses import replace

import pytest

from connections.resources.endpoints import TransitAttachment
from findings.registry import rule
from findings.rule import ALL, Fine, Unknown, Waste
from tests.findings.evidence import ACCOUNT, ago, usage_of, waste

RULE = rule("aws_vpc_transit_attachment_idle")
OWN, OTHER = ACCOUNT["account_id"], "999900001111"
WASTEFUL = TransitAttachment(
    **ACCOUNT, resource_id="tgw-attach-1", created_at=ago(300), state="available", transit_gateway_id="tgw-1",
    attached_kind="vpc", attached_id="vpc-1", owner_id=OWN, gateway_owner_id=OWN,
)  # fmt: skip
MB = 1e6


def passed(*into, out=0.0):
    return usage_of({"BytesIn.Sum": into, "BytesOut.Sum": [out] * len(into)})


NOTHING = passed(*[0.0] * 30)


@pytest.mark.parametrize(
    ("changed", "seen", "verdict"),
    [
        ({}, NOTHING, Waste),
        ({}, passed(*[0.4 * MB] * 30, out=0.5 * MB), Waste),
        ({}, passed(9 * MB, *[0.0] * 30), Waste),
        ({}, passed(*[0.0] * 29, 1 * MB), Fine),
        ({}, passed(*[0.6 * MB] * 30, out=0.5 * MB), Fine),
        ({}, passed(None, *[0.0] * 28, 2 * MB), Fine),
        ({"created_at": ago(20)}, passed(*[0.0] * 19), Fine),
        ({"attached_kind": "vpn"}, NOTHING, Fine),
        ({"attached_kind": "direct-connect-gateway"}, NOTHING, Fine),
        ({"attached_kind": "peering"}, NOTHING, Fine),
        ({"attached_kind": "connect"}, usage_of({}), Fine),
        ({"carries": ("tgw-attach-2",)}, NOTHING, Fine),
        ({"carries": None}, NOTHING, Unknown),
        ({"owner_id": OTHER}, NOTHING, Fine),
        ({"state": "pendingAcceptance"}, NOTHING, Fine),
        ({"state": "failed"}, usage_of({}), Fine),
        ({"gateway_owner_id": OTHER}, NOTHING, Unknown),
        ({"gateway_owner_id": OTHER}, usage_of({}), Unknown),
        ({}, passed(*[0.0] * 29, None), Unknown),
        ({}, passed(*[0.0] * 29), Unknown),
        ({}, usage_of({}), Unknown),
        ({}, usage_of({"BytesIn.Sum": [0.0] * 30}), Unknown),
        ({"created_at": None}, passed(*[0.0] * 12), Unknown),
    ],
)
def test_less_than_a_megabyte_on_each_of_thirty_days_is_idle_where_it_is_ours_to_know(changed, seen, verdict):
    assert isinstance(RULE.ask(replace(WASTEFUL, **changed), usage=seen, settings={}), verdict)


def test_all_of_its_cost_is_saved_and_it_says_what_hangs_on_it():
    found = waste(RULE, WASTEFUL, seen=passed(*[0.0] * 29, 5000.0))
    assert found.saves == ALL
    assert found.because == "At most 0.005 MB passed between vpc-1 and tgw-1 on any of the last 30 days."


@pytest.mark.parametrize(("settings", "verdict"), [({"max_traffic_mb": 0.001}, Fine), ({"idle_days": 31}, Unknown)])
def test_limit_and_days_are_settings(settings, verdict):
    assert isinstance(RULE.ask(WASTEFUL, usage=passed(*[2000.0] * 30), settings=settings), verdict)

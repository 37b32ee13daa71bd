"""The younger of two gateways in a zone through which little passes, and gateways that are wanted."""

from dataclasses import replace
from decimal import Decimal

import pytest

from connections.resources import NatGateway
from findings.registry import rule
from findings.rule import Fine, Share, Unknown, Waste
from tests.findings.evidence import ACCOUNT, ago, usage_of, waste

RULE = rule("aws_vpc_nat_gateway_redundant")
WASTEFUL = NatGateway(
    **ACCOUNT, resource_id="nat-2", created_at=ago(100), state="available", vpc_id="vpc-1", zone="us-east-1a",
    zone_gateway_ids=("nat-1", "nat-2"), zone_routed_ids=("nat-1", "nat-2"), vpc_zones=("us-east-1a",),
)  # fmt: skip
GB = 1e9


def passed(*out, back=0.0):
    return usage_of({"BytesOutToDestination.Sum": out, "BytesInFromDestination.Sum": [back] * len(out)})


LITTLE = passed(*[1 * GB] * 14, back=2 * GB)


@pytest.mark.parametrize(
    ("changed", "seen", "verdict"),
    [
        ({}, LITTLE, Waste),
        ({}, passed(*[0.0] * 14), Waste),
        ({"vpc_zones": ("us-east-1a", "us-east-1b")}, LITTLE, Waste),
        ({"zone_gateway_ids": ("nat-0", "nat-1", "nat-2")}, LITTLE, Waste),
        ({}, passed(90 * GB, *[1 * GB] * 14), Waste),
        ({"zone_gateway_ids": ("nat-2",)}, LITTLE, Fine),
        ({"zone_routed_ids": ("nat-2",)}, LITTLE, Fine),
        ({"zone_routed_ids": ()}, LITTLE, Fine),
        ({"zone_routed_ids": ("nat-2", "nat-3"), "zone_gateway_ids": ("nat-1", "nat-2", "nat-3")}, LITTLE, Fine),
        ({"zone_routed_ids": ("nat-1",)}, LITTLE, Waste),
        ({"zone_routed_ids": None}, LITTLE, Unknown),
        ({"zone_routed_ids": None}, passed(*[0.0] * 13, 10 * GB), Fine),
        ({"zone_routed_ids": None, "zone_gateway_ids": ("nat-2",)}, LITTLE, Fine),
        ({"zone_gateway_ids": ("nat-2", "nat-3")}, LITTLE, Fine),
        ({"zone_gateway_ids": ("nat-2",), "vpc_zones": ("us-east-1a", "us-east-1b")}, passed(*[0.0] * 14), Fine),
        ({}, passed(*[0.0] * 13, 10 * GB), Fine),
        ({}, passed(*[5 * GB] * 14, back=5 * GB), Fine),
        ({"created_at": ago(9)}, passed(*[0.0] * 8), Fine),
        ({"is_regional": True, "zone_gateway_ids": None}, LITTLE, Fine),
        ({"connectivity": "private"}, LITTLE, Unknown),
        ({"has_proxy": True}, LITTLE, Fine),
        ({"connectivity": "private", "zone_routed_ids": ("nat-2",)}, LITTLE, Fine),
        ({"connectivity": "private"}, passed(*[0.0] * 13, 10 * GB), Fine),
        ({"state": "pending"}, LITTLE, Fine),
        ({"state": "failed"}, usage_of({}), Fine),
        ({"zone_gateway_ids": None}, LITTLE, Unknown),
        ({}, passed(*[0.0] * 13, None), Unknown),
        ({}, usage_of({}), Unknown),
        ({"created_at": None}, passed(*[0.0] * 13), Unknown),
    ],
)
def test_only_the_younger_gateway_of_a_zone_is_too_much_and_only_where_little_passes(changed, seen, verdict):
    assert isinstance(RULE.ask(replace(WASTEFUL, **changed), usage=seen, settings={}), verdict)


def test_its_hours_are_saved_and_not_its_bytes_which_pass_the_other_one_then():
    found = waste(RULE, WASTEFUL, seen=LITTLE)
    assert found.saves == Share(fraction=Decimal(1), part_of=("NatGateway-Hours",))
    assert found.because == (
        "nat-1 in the same zone (us-east-1a) of vpc-1 can take what passes: at most 3.000 GB on any of the last 14 days."
    )


def test_nothing_is_led_to_an_elder_that_was_left_behind():
    several = replace(WASTEFUL, zone_gateway_ids=("nat-0", "nat-1", "nat-2"))
    assert waste(RULE, several, seen=LITTLE).because.startswith("nat-1 in the same zone (us-east-1a) of vpc-1 can take")
    said = RULE.ask(replace(several, zone_routed_ids=("nat-2",)), usage=LITTLE, settings={})
    assert said == Fine("No route table leads to an elder gateway of its zone.")


@pytest.mark.parametrize(("settings", "verdict"), [({"max_traffic_gb": 3}, Fine), ({"idle_days": 15}, Unknown)])
def test_limit_and_days_are_settings(settings, verdict):
    assert isinstance(RULE.ask(WASTEFUL, usage=LITTLE, settings=settings), verdict)

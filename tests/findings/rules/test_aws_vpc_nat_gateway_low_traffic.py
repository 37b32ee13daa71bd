"""A gateway through which hardly anything passes, and those through which nothing or enough does."""

from dataclasses import replace

import pytest

from connections.resources import NatGateway
from findings.registry import rule
from findings.rule import UNTOLD, Fine, Unknown, Waste
from tests.findings.evidence import ACCOUNT, ago, usage_of, waste

RULE = rule("aws_vpc_nat_gateway_low_traffic")
WASTEFUL = NatGateway(
    **ACCOUNT, resource_id="nat-0abc", created_at=ago(300), state="available", zone="us-east-1a",
    zone_gateway_ids=("nat-0abc",), zone_routed_ids=("nat-0abc",), vpc_zones=("us-east-1a",),
)  # fmt: skip
ONE_A_ZONE = {"vpc_zones": ("us-east-1a", "us-east-1b")}
EACH = ("nat-1", "nat-0abc")
MB = 1e6


def beside(*gateways, routed=EACH):
    return {
        "zone_gateway_ids": gateways,
        "zone_routed_ids": None if routed is None else tuple(one for one in gateways if one in routed),
    }


def passed(*out, back=0.0):
    return usage_of({"BytesOutToDestination.Sum": out, "BytesInFromDestination.Sum": [back] * len(out)})


LITTLE = passed(*[4 * MB] * 14, back=6 * MB)


@pytest.mark.parametrize(
    ("changed", "seen", "verdict"),
    [
        ({}, LITTLE, Waste),
        ({}, passed(*[0.0] * 13, 1 * MB), Waste),
        ({}, passed(*[0.0] * 13, 0.99 * MB), Fine),
        ({}, passed(*[0.0] * 14), Fine),
        ({}, passed(*[0.0] * 13, 999 * MB), Waste),
        ({}, passed(*[0.0] * 13, 1000 * MB), Fine),
        ({}, passed(*[40 * MB] * 14, back=40 * MB), Fine),
        ({}, passed(2000 * MB, *[4 * MB] * 14), Waste),
        ({}, passed(*[4 * MB] * 13, None), Unknown),
        ({}, passed(*[4 * MB] * 12, None, 2000 * MB), Fine),
        ({}, passed(*[4 * MB] * 13), Unknown),
        ({}, passed(*[0.0] * 13), Unknown),
        ({}, usage_of({}), Unknown),
        ({}, usage_of({"BytesOutToDestination.Sum": [4 * MB] * 14}), Unknown),
        ({"created_at": ago(13)}, passed(*[4 * MB] * 12), Fine),
        ({"created_at": None}, usage_of({}), Unknown),
        (ONE_A_ZONE, LITTLE, Fine),
        (ONE_A_ZONE | {"zone_routed_ids": None}, LITTLE, Fine),
        ({"zone_routed_ids": None}, LITTLE, Waste),
        (ONE_A_ZONE | beside("nat-1", "nat-0abc"), LITTLE, Waste),
        (ONE_A_ZONE | beside("nat-0abc", "nat-1"), LITTLE, Fine),
        (ONE_A_ZONE | beside("nat-1", "nat-0abc", routed=("nat-0abc",)), LITTLE, Fine),
        (ONE_A_ZONE | beside("nat-1", "nat-0abc", routed=None), LITTLE, Unknown),
        (beside("nat-1", "nat-0abc"), LITTLE, Waste),
        (beside("nat-0abc", "nat-1"), LITTLE, Fine),
        (beside("nat-0abc", "nat-1", routed=("nat-0abc",)), LITTLE, Waste),
        (beside("nat-0abc", "nat-1", routed=("nat-1",)), LITTLE, Waste),
        (beside("nat-1", "nat-0abc", routed=None), LITTLE, Unknown),
        ({"connectivity": "private"}, LITTLE, Fine),
        ({"has_proxy": True}, LITTLE, Fine),
        ({"zone_gateway_ids": None, "vpc_zones": None}, LITTLE, Unknown),
        ({"zone_gateway_ids": None, "vpc_zones": None}, passed(*[40 * MB] * 14, back=40 * MB), Fine),
        ({"is_regional": True}, LITTLE, Fine),
        ({"state": "pending"}, LITTLE, Fine),
        ({"state": "deleting"}, LITTLE, Fine),
    ],
)
def test_less_than_a_gigabyte_in_fourteen_days_is_little_and_nothing_is_another_matter(changed, seen, verdict):
    assert isinstance(RULE.ask(replace(WASTEFUL, **changed), usage=seen, settings={}), verdict)


def test_it_has_no_figure_and_says_how_much_passed():
    found = waste(RULE, WASTEFUL, seen=LITTLE)
    assert found.saves == UNTOLD
    assert found.because == "0.140 GB passed in all of the last 14 days; each of its hours is charged."


def test_one_gateway_for_each_zone_is_wanted_and_says_so():
    said = RULE.ask(replace(WASTEFUL, **ONE_A_ZONE), usage=LITTLE, settings={})
    assert said.because == "One gateway for each zone (us-east-1a, us-east-1b), so that a zone may fail."


@pytest.mark.parametrize(
    ("settings", "verdict"),
    [
        ({"max_traffic_gb": 0.1}, Fine),
        ({"min_traffic_mb": 11}, Fine),
        ({"idle_days": 15}, Unknown),
    ],
)
def test_limits_and_days_are_settings(settings, verdict):
    assert isinstance(RULE.ask(WASTEFUL, usage=LITTLE, settings=settings), verdict)

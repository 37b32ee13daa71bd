"""A NAT gateway without traffic."""

from dataclasses import replace

import pytest

from connections.resources import NatGateway
from findings.registry import rule
from findings.rule import ALL, Fine, Unknown, Waste
from tests.findings.evidence import ACCOUNT, ago, usage, usage_of, waste

RULE = rule("aws_vpc_nat_gateway_idle")
WASTEFUL = NatGateway(**ACCOUNT, resource_id="nat-1", state="available", created_at=ago(300))
KEEP_ALIVE = usage(BytesOutToDestination_Sum=4096.0, BytesInFromDestination_Sum=4096.0)
OUT, BACK = "BytesOutToDestination.Sum", "BytesInFromDestination.Sum"


def traffic(last_day):
    return usage_of({OUT: [0.0] * 29 + [last_day], BACK: [0.0] * 30})


@pytest.mark.parametrize(
    ("changed", "seen", "verdict"),
    [
        ({}, KEEP_ALIVE, Waste),
        ({}, traffic(0.0), Waste),
        ({}, traffic(999_999.0), Waste),
        ({}, traffic(1_000_000.0), Fine),
        ({}, traffic(None), Unknown),
        ({}, usage_of({OUT: [0.0] * 30}), Unknown),
        ({}, usage_of({OUT: [0.0] * 29, BACK: [0.0] * 30}), Unknown),
        ({}, usage_of({}), Unknown),
        ({"created_at": ago(29)}, usage_of({}), Fine),
        ({"created_at": None}, usage_of({}), Unknown),
        ({"state": "deleted"}, KEEP_ALIVE, Fine),
        ({"state": "pending"}, KEEP_ALIVE, Fine),
    ],
)
def test_thirty_days_below_a_megabyte_are_idle_keep_alives_and_all(changed, seen, verdict):
    assert isinstance(RULE.ask(replace(WASTEFUL, **changed), usage=seen, settings={}), verdict)


@pytest.mark.parametrize(
    ("tables", "words"), [((), "It is a route in 0 route tables."), (("rtb-1",), "in 1 route table."), (None, "")]
)
def test_the_sentence_says_what_still_routes_to_it(tables, words):
    verdict = waste(RULE, replace(WASTEFUL, route_table_ids=tables), seen=KEEP_ALIVE)
    assert verdict.saves == ALL
    assert verdict.because.startswith("At most 0.008 MB passed on any of the last 30 days.")
    assert verdict.because.endswith(words)


def test_the_limit_is_a_setting():
    assert isinstance(RULE.ask(WASTEFUL, usage=KEEP_ALIVE, settings={"max_traffic_mb": 0.008}), Fine)

"""Public addresses of machines from whose subnet nothing leads to the Internet."""

from dataclasses import replace
from decimal import Decimal

import pytest

from audits.evidence import Bill, Evidence, Usage
from connections.resources.addresses import GivenAddress
from findings.evaluate import evaluate
from findings.meters.addresses import IN_USE
from findings.registry import rule
from findings.rule import Fine, Unknown, Waste
from findings.verify import verify
from tests.findings.evidence import ACCOUNT, TODAY, ago, bill, waste

RULE = rule("aws_vpc_public_address_unrouted")
WASTEFUL = GivenAddress(
    **ACCOUNT,
    resource_id="eni-1",
    created_at=ago(40),
    public_ip="198.51.103.7",
    interface_state="in-use",
    instance_id="i-1",
    subnet_id="subnet-1",
    is_routed=False,
)


@pytest.mark.parametrize(
    ("changed", "verdict"),
    [
        ({}, Waste),
        ({"created_at": ago(7)}, Waste),
        ({"tags": {"team": "network"}}, Waste),
        ({"created_at": ago(6)}, Fine),
        ({"created_at": None}, Unknown),
        ({"is_routed": True}, Fine),
        ({"is_routed": None}, Unknown),
        ({"is_routed": True, "created_at": None}, Fine),
        ({"interface_state": "attaching"}, Fine),
        ({"interface_state": "detaching"}, Fine),
        ({"interface_state": "available"}, Fine),
        ({"interface_state": ""}, Unknown),
        ({"is_requester_managed": True}, Fine),
        ({"is_requester_managed": True, "is_routed": None, "interface_state": ""}, Fine),
        ({"instance_id": ""}, Fine),
    ],
)
def test_an_address_is_unneeded_where_no_route_leads_from_its_subnet_to_the_internet(changed, verdict):
    assert isinstance(RULE.ask(replace(WASTEFUL, **changed), usage=None, settings={}), verdict)


def test_machine_subnet_and_address_are_named():
    found = waste(RULE, WASTEFUL)
    assert found.because == (
        "No route for IPv4 leads from subnet-1 to an Internet gateway, or to a firewall or machine that may stand before"
        " one: by 198.51.103.7 i-1 can ask and answer nobody."
    )


def test_how_long_an_interface_must_have_been_attached_may_be_set():
    assert isinstance(RULE.ask(WASTEFUL, usage=None, settings={"settled_days": 41}), Fine)


BILLED, BY_LIST = Decimal("0.12") * Decimal("30.4375"), Decimal("0.005") * Decimal("730.5")


@pytest.mark.parametrize(
    ("meter", "hours", "confidence", "monthly"),
    [
        ("PublicIPv4:InUseAddress", 24, "VERIFIED", BILLED),
        ("PublicIPv4:InUseAddress", 22, "ESTIMATED", BILLED),
        ("PublicIPv4:IdleAddress", 24, "ESTIMATED", BY_LIST),
    ],
)
def test_the_bill_must_charge_it_as_used_for_all_of_its_last_day(meter, hours, confidence, monthly):
    billed = bill(cost="0.12", usage_type=meter, consumed_quantity=Decimal(hours), consumed_unit="Hrs")
    evidence = Evidence(thing=WASTEFUL, usage=Usage(until=TODAY), bill=billed)
    [judgement] = evaluate([evidence], [RULE], {})
    found = verify(judgement)
    assert (found.confidence, found.saving.monthly) == (confidence, monthly)


def test_what_else_the_bill_has_under_its_interface_is_not_what_the_address_costs():
    [address, other] = (bill(cost=cost, usage_type=name) for cost, name in (("0.12", IN_USE), ("9", "ENI-Hours")))
    both = replace(address, lines=(*address.lines, *other.lines))
    [judgement] = evaluate([Evidence(thing=WASTEFUL, usage=Usage(until=TODAY), bill=both)], [RULE], {})
    assert verify(judgement).saving.monthly == BILLED


def test_without_a_line_of_its_own_it_is_an_estimate_by_list_price():
    [judgement] = evaluate([Evidence(thing=WASTEFUL, usage=Usage(until=TODAY), bill=Bill())], [RULE], {})
    found = verify(judgement)
    assert (found.confidence, found.saving.monthly) == ("ESTIMATED", BY_LIST)

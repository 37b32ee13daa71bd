"""Elastic IPs on interfaces that are attached to nothing."""

from dataclasses import replace
from decimal import Decimal

import pytest

from audits.evidence import Evidence, Usage
from connections.resources.addresses import HeldAddress
from findings.evaluate import evaluate
from findings.registry import rule
from findings.rule import ALL, Fine, Unknown, Waste
from findings.verify import verify
from tests.findings.evidence import ACCOUNT, TODAY, bill, waste

RULE = rule("aws_vpc_public_address_unneeded")
WASTEFUL = HeldAddress(
    **ACCOUNT,
    resource_id="eipalloc-1",
    public_ip="198.51.103.7",
    interface_id="eni-1",
    interface_state="available",
    pool="",
)


@pytest.mark.parametrize(
    ("changed", "verdict"),
    [
        ({}, Waste),
        ({"tags": {"team": "network"}}, Waste),
        ({"interface_state": "in-use"}, Fine),
        ({"interface_state": "attaching"}, Fine),
        ({"interface_state": "detaching"}, Fine),
        ({"interface_state": "a state of later years"}, Fine),
        ({"is_requester_managed": True}, Fine),
        ({"is_requester_managed": True, "interface_state": ""}, Fine),
        ({"interface_state": ""}, Unknown),
        ({"pool": "ipv4pool-ec2-0a1b2c3d"}, Fine),
        ({"pool": None}, Unknown),
        ({"pool": None, "interface_state": "in-use"}, Fine),
    ],
)
def test_an_address_whose_interface_is_attached_to_nothing_leads_nowhere(changed, verdict):
    assert isinstance(RULE.ask(replace(WASTEFUL, **changed), usage=None, settings={}), verdict)


def test_all_of_it_is_saved_and_the_interface_is_named():
    found = waste(RULE, WASTEFUL)
    assert found.saves == ALL
    assert found.because == "198.51.103.7 is held by eni-1, which is attached to nothing; AWS does not say since when."


@pytest.mark.parametrize(
    ("meter", "hours", "confidence"),
    [
        ("PublicIPv4:IdleAddress", 24, "VERIFIED"),
        ("PublicIPv4:IdleAddress", 23, "VERIFIED"),
        ("PublicIPv4:IdleAddress", 22, "ESTIMATED"),
        ("PublicIPv4:InUseAddress", 24, "ESTIMATED"),
    ],
)
def test_the_bill_must_charge_it_as_unused_for_all_of_its_last_day(meter, hours, confidence):
    billed = bill(cost="0.12", usage_type=meter, consumed_quantity=Decimal(hours), consumed_unit="Hrs")
    evidence = Evidence(thing=WASTEFUL, usage=Usage(until=TODAY), bill=billed)
    [judgement] = evaluate([evidence], [RULE], {})
    assert verify(judgement).confidence == confidence

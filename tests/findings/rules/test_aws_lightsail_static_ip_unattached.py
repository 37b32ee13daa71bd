"""Static addresses of Lightsail that are attached to nothing."""

from dataclasses import replace
from decimal import Decimal

import pytest

from audits.evidence import Evidence, Usage
from connections.resources.lightsail import LightsailAddress
from findings.evaluate import evaluate
from findings.registry import rule
from findings.rule import ALL, Fine, Unknown, Waste
from findings.verify import verify
from tests.findings.evidence import ACCOUNT, TODAY, ago, bill, waste

RULE = rule("aws_lightsail_static_ip_unattached")
WASTEFUL = LightsailAddress(
    **ACCOUNT,
    resource_id="arn:aws:lightsail:us-east-1:111122223333:StaticIp/1a2b",
    name="shop-ip",
    created_at=ago(200),
    is_attached=False,
    public_ip="198.51.102.7",
)


@pytest.mark.parametrize(
    ("changed", "verdict"),
    [
        ({}, Waste),
        ({"created_at": ago(1)}, Waste),
        ({"is_attached": True}, Fine),
        ({"is_attached": True, "created_at": None}, Fine),
        ({"created_at": ago(0.9)}, Fine),
        ({"created_at": ago(0)}, Fine),
        ({"is_attached": None}, Unknown),
        ({"created_at": None}, Unknown),
    ],
)
def test_an_address_that_is_attached_to_nothing_a_day_after_it_was_made_is_unused(changed, verdict):
    assert isinstance(RULE.ask(replace(WASTEFUL, **changed), usage=None, settings={}), verdict)


def test_all_of_it_is_saved():
    found = waste(RULE, WASTEFUL)
    assert (found.saves, found.because) == (ALL, "198.51.102.7 is attached to nothing; AWS does not say since when.")
    assert isinstance(RULE.ask(WASTEFUL, usage=None, settings={"settled_days": 201}), Fine)


@pytest.mark.parametrize(
    ("meter", "hours", "confidence"),
    [
        ("USE1-UnusedStaticIP", 24, "VERIFIED"),
        ("USE1-UnusedStaticIP", 23, "VERIFIED"),
        ("USE1-UnusedStaticIP", 22, "ESTIMATED"),
        ("USE1-BundleUsage:2GB", 24, "ESTIMATED"),
    ],
)
def test_the_bill_must_charge_it_as_unused_for_all_of_its_last_day(meter, hours, confidence):
    billed = bill(cost="0.12", usage_type=meter, consumed_quantity=Decimal(hours), consumed_unit="Hrs")
    evidence = Evidence(thing=WASTEFUL, usage=Usage(until=TODAY), bill=billed)
    [judgement] = evaluate([evidence], [RULE], {})
    assert verify(judgement).confidence == confidence

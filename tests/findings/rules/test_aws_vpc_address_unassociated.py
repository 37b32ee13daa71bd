"""An address that nothing holds. It is never Unknown: one call answers it whole, or there is a Gap and no address."""

from dataclasses import replace

import pytest

from connections.resources import Address
from findings.registry import rule
from findings.rule import ALL, Fine, Waste
from tests.findings.evidence import ACCOUNT, waste

RULE = rule("aws_vpc_address_unassociated")
WASTEFUL = Address(
    **ACCOUNT,
    resource_id="arn:aws:ec2:us-east-1:111122223333:elastic-ip/eipalloc-1",
    public_ip="198.51.100.7",
    associated_with=None,
)


@pytest.mark.parametrize(
    ("changed", "verdict"),
    [
        ({}, Waste),
        ({"associated_with": "i-1"}, Fine),
        ({"associated_with": "eni-1"}, Fine),
        ({"pool": "ipv4pool-ec2-0a1b2c3d"}, Fine),
    ],
)
def test_an_address_held_by_nothing_is_waste(changed, verdict):
    assert isinstance(RULE.ask(replace(WASTEFUL, **changed), usage=None, settings={}), verdict)


def test_the_sentence_says_that_its_age_is_not_known():
    verdict = waste(RULE, WASTEFUL)
    assert verdict == Waste(saves=ALL, because="198.51.100.7 is held by nothing; AWS does not say since when.")


def test_the_hint_uses_the_allocation_id():
    assert RULE.hint_for(WASTEFUL).endswith("--allocation-id eipalloc-1")

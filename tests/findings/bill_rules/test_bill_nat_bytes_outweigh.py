"""A NAT gateway that passes very much."""

import pytest

from findings.registry import bill_rule
from findings.rule import UNTOLD, Fine, Unknown, Waste
from tests.findings.bill_rules.billed import each_day, resource, verdict, waste

RULE = bill_rule("bill_nat_bytes_outweigh")


def gateway(cost, *, hours="1.2", **given):
    return resource(
        each_day("EUC1-NatGateway-Hours", 24, cost=hours), each_day("EUC1-NatGateway-Bytes", 90, cost=cost), **given
    )


GOOGLE = (
    each_day("Networking Cloud Nat Gateway Uptime", 24),
    each_day("Networking Cloud Nat Data Processing", 90, cost="9"),
)


@pytest.mark.parametrize(
    ("thing", "expected"),
    [
        (gateway("3.6"), Waste),
        (gateway("3.5"), Fine),
        (gateway("3.34", hours="0.5"), Waste),
        (gateway("3.33", hours="0.5"), Fine),
        (gateway("9", known_days=29), Unknown),
        (resource(*GOOGLE, cloud="gcp"), Waste),
        (gateway("9", cloud="azure"), Fine),
        (resource(each_day("NatGateway-Hours", 24)), Fine),
    ],
)
def test_three_times_its_hours_and_a_hundred_are_waste(thing, expected):
    assert isinstance(verdict(RULE, thing), expected)


def test_the_sentence_has_both_figures():
    found = waste(RULE, gateway("6"))
    assert found.saves == UNTOLD
    assert found.because == (
        "2,700 GB passed it in the last 30 days: 180.00 USD for the bytes beside 36.00 for its hours."
    )

"""A resource that talks across zones."""

import pytest

from findings.registry import bill_rule
from findings.rule import UNTOLD, Fine, Unknown, Waste
from tests.findings.bill_rules.billed import each_day, resource, verdict, waste

RULE = bill_rule("bill_cross_zone_transfer")


def machine(cost, *, meter="EUC1-DataTransfer-Regional-Bytes", own="4", **given):
    return resource(each_day("EUC1-BoxUsage:m5.large", 24, cost=own), each_day(meter, 50, cost=cost), **given)


@pytest.mark.parametrize(
    ("thing", "expected"),
    [
        (machine("1.8"), Waste),
        (machine("1.7"), Fine),
        (machine("1.67", own="1"), Waste),
        (machine("1.66", own="1"), Fine),
        (machine("9", known_days=29), Unknown),
        (machine("9", meter="Inter-Availability Zone Data Transfer In", cloud="azure"), Waste),
        (machine("9", meter="Network Inter Zone Data Transfer Out", cloud="gcp"), Waste),
        (machine("9", meter="DataTransfer-Out-Bytes"), Fine),
        (machine("9", provider_name="Somebody else"), Fine),
    ],
)
def test_a_third_of_its_cost_and_fifty_are_waste(thing, expected):
    assert isinstance(verdict(RULE, thing), expected)


def test_no_figure_is_put_on_what_the_bill_cannot_tell():
    found = waste(RULE, machine("4"))
    assert found.saves == UNTOLD
    assert found.because == "Traffic between zones is 120.00 of 240.00 USD that it cost in the last 30 days (50 %)."

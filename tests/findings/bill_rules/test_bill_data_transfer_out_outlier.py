"""A resource that mostly talks to the internet."""

import pytest

from findings.registry import bill_rule
from findings.rule import UNTOLD, Fine, Unknown, Waste
from tests.findings.bill_rules.billed import each_day, resource, verdict, waste

RULE = bill_rule("bill_data_transfer_out_outlier")


def machine(cost, *, meter="EUC1-DataTransfer-Out-Bytes", **given):
    return resource(each_day("EUC1-BoxUsage:m5.large", 24, cost="4"), each_day(meter, 50, cost=cost), **given)


@pytest.mark.parametrize(
    ("thing", "expected"),
    [
        (machine("4"), Waste),
        (machine("3.99"), Fine),
        (resource(each_day("DataTransfer-Out-Bytes", 50, cost="3.34")), Waste),
        (resource(each_day("DataTransfer-Out-Bytes", 50, cost="3.33")), Fine),
        (resource(each_day("BoxUsage:m5.large", 24)), Fine),
        (machine("4", known_days=29), Unknown),
        (machine("9", meter="Standard Data Transfer Out", cloud="azure"), Waste),
        (machine("9", meter="Network Internet Data Transfer Out from Frankfurt to Europe", cloud="gcp"), Waste),
        (machine("9", provider_name="Somebody else"), Fine),
        (resource(each_day("US-DataTransfer-Out-Bytes", 50, cost="9", service_name="Amazon CloudFront")), Fine),
        (resource(each_day("US-DataTransfer-Out-Bytes", 50, cost="9", service_name="Amazon EC2")), Waste),
    ],
)
def test_half_of_its_cost_and_a_hundred_are_waste(thing, expected):
    assert isinstance(verdict(RULE, thing), expected)


def test_no_figure_is_put_on_what_the_bill_cannot_tell():
    found = waste(RULE, machine("12"))
    assert found.saves == UNTOLD
    assert found.because == ("Traffic to the internet is 360.00 of 480.00 USD that it cost in the last 30 days (75 %).")


@pytest.mark.parametrize("discount", ["-12", "-16", "-99"])
def test_a_discount_never_makes_traffic_more_than_what_is_charged(discount):
    thing = machine("12")
    discounted = resource(thing.charges, each_day("Discount", 0, cost=discount))
    assert waste(RULE, discounted).because == waste(RULE, thing).because

"""A NAT gateway that costs much more by its bytes than by its hours."""

from decimal import Decimal

import pytest

from findings.registry import bill_rule
from findings.rule import Fine, Unknown, Waste
from tests.findings.bill_rules.billed import each_day, resource, verdict, waste

RULE = bill_rule("bill_nat_bytes_outweigh")
HOURS = each_day("EUC1-NatGateway-Hours", 24, cost="1")
AZURE = {"cloud": "azure", "resource_id": "/subscriptions/s/resourcegroups/g/providers/microsoft.network/natgateways/n"}


def processed(quantity, cost, meter="EUC1-NatGateway-Bytes", **more):
    return each_day(meter, quantity, cost=cost, **more)


@pytest.mark.parametrize(
    ("thing", "expected"),
    [
        (resource(HOURS, processed(100, "3")), Waste),
        (resource(HOURS, processed(100, "2.99")), Fine),
        (resource(HOURS, processed("71.43", "4")), Waste),
        (resource(HOURS, processed("71.42", "4")), Fine),
        (resource(HOURS, processed(100, "4", until=15)), Fine),
        (resource(processed(100, "4")), Fine),
        (resource(HOURS), Fine),
        (resource(HOURS, processed(100, "4"), known_days=13), Unknown),
        (resource(HOURS, processed(100, "4", consumed_quantity=None)), Unknown),
        (resource(each_day("Standard Gateway", 24), processed(100, "4", "Standard Data Processed"), **AZURE), Waste),
        (
            resource(each_day("Standard Gateway", 24), processed(100, "4", "Standard Data Processed"), cloud="azure"),
            Fine,
        ),
        (
            resource(
                each_day("Networking Cloud Nat Gateway Uptime", 24),
                processed(100, "4", "Networking Cloud Nat Data Processing"),
                cloud="gcp",
            ),
            Fine,
        ),
    ],
)
def test_a_thousand_gigabytes_and_three_times_the_cost_of_the_hours_are_waste(thing, expected):
    assert isinstance(verdict(RULE, thing), expected)


def test_a_fifth_of_the_bytes_is_saved_and_the_sentence_has_the_figures():
    found = waste(RULE, resource(HOURS, processed(100, "4")))
    assert found.saves.fraction == Decimal("0.16")
    assert found.because == (
        "1,400 GB were processed for 56.00 USD in the last 14 days, 4.0 times the cost of its hours; "
        "20 % of that is taken as avoidable."
    )

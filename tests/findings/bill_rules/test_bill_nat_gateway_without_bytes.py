"""A NAT gateway that is charged by the hour and passes nothing."""

import pytest

from findings.registry import bill_rule
from findings.rule import ALL, Fine, Unknown, Waste
from tests.findings.bill_rules.billed import each_day, resource, verdict, waste

RULE = bill_rule("bill_nat_gateway_without_bytes")
AZURE = {"cloud": "azure", "resource_id": "/subscriptions/s/resourcegroups/g/providers/microsoft.network/natgateways/n"}


@pytest.mark.parametrize(
    ("thing", "expected"),
    [
        (resource(each_day("EUC1-NatGateway-Hours", 24)), Waste),
        (resource(each_day("NatGateway-Hours", 24), each_day("NatGateway-Bytes", "0.0007")), Waste),
        (resource(each_day("NatGateway-Hours", 24), each_day("NatGateway-Bytes", "0.001")), Fine),
        (resource(each_day("NatGateway-Hours", 24), each_day("NatGateway-Bytes", 5, until=15, days=5)), Waste),
        (resource(each_day("NatGateway-Hours", 24, until=15, days=5)), Fine),
        (resource(each_day("BoxUsage:m5.large", 24)), Fine),
        (resource(each_day("NatGateway-Hours", 24), known_days=13), Unknown),
        (resource(each_day("Standard Gateway", 24), **AZURE), Waste),
        (resource(each_day("Standard Gateway", 24), each_day("Standard Data Processed", 1), **AZURE), Fine),
        (resource(each_day("Standard Gateway", 24), cloud="azure"), Fine),
        (resource(each_day("Networking Cloud Nat Gateway Uptime", 24), cloud="gcp"), Waste),
        (resource(each_day("NatGateway-Hours", 24), provider_name="Somebody else"), Fine),
    ],
)
def test_hours_without_bytes_for_two_weeks_are_waste(thing, expected):
    assert isinstance(verdict(RULE, thing), expected)


def test_all_of_it_is_saved_and_the_sentence_has_the_figures():
    found = waste(RULE, resource(each_day("NatGateway-Hours", 24)))
    assert found.saves == ALL
    assert found.because == "Charged for 336 hours and 0.000 GB in the last 14 days."

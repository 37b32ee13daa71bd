"""A NAT gateway that is charged by the hour and passes nothing."""

import pytest

from findings.registry import bill_rule
from findings.rule import ALL, Fine, Unknown, Waste
from tests.findings.bill_rules.billed import each_day, resource, verdict, waste

RULE = bill_rule("bill_nat_gateway_without_bytes")
HOURS, BYTES = "NatGateway-Hours", "NatGateway-Bytes"
GOOGLE = each_day("Networking Cloud Nat Gateway Uptime", 86_400, consumed_unit="seconds")
NO_QUANTITY = each_day(HOURS, 0, consumed_quantity=None)


@pytest.mark.parametrize(
    ("thing", "expected"),
    [
        (resource(each_day(f"EUC1-{HOURS}", 24)), Waste),
        (resource(each_day(HOURS, 24), each_day(BYTES, "0.000714")), Waste),
        (resource(each_day(HOURS, 24), each_day(BYTES, "0.000721")), Fine),
        (resource(each_day(HOURS, 24), each_day(BYTES, 5, until=15, days=5)), Waste),
        (resource(each_day(HOURS, 24, days=13)), Fine),
        (resource(each_day(HOURS, 24, until=15, days=5)), Fine),
        (resource(each_day("BoxUsage:m5.large", 24)), Fine),
        (resource(each_day(HOURS, 24), known_days=13), Unknown),
        (resource(NO_QUANTITY), Unknown),
        (resource(each_day(HOURS, 24), each_day(HOURS, 0, cost="-0.1", consumed_quantity=None)), Waste),
        (
            resource(each_day("Standard Gateway", 24), cloud="azure", resource_id="/subscriptions/s/natgateways/n"),
            Waste,
        ),
        (
            resource(
                each_day("Standard Gateway", 24),
                each_day("Standard Data Processed", 1),
                cloud="azure",
                resource_id="/subscriptions/s/natgateways/n",
            ),
            Fine,
        ),
        (resource(each_day("Standard Gateway", 24), cloud="azure"), Fine),
        (resource(each_day("Networking Cloud Nat Gateway Uptime", 24), cloud="gcp"), Waste),
        (
            resource(
                each_day("Networking Cloud Nat Gateway Uptime", 24),
                each_day("Networking Cloud Nat Data Processing", 1),
                cloud="gcp",
            ),
            Fine,
        ),
        (resource(each_day(HOURS, 24), provider_name="Somebody else"), Fine),
        (
            resource(
                GOOGLE, each_day("Networking Cloud Nat Data Processing", 700_000, consumed_unit="bytes"), cloud="gcp"
            ),
            Waste,
        ),
        (
            resource(
                GOOGLE, each_day("Networking Cloud Nat Data Processing", 800_000, consumed_unit="bytes"), cloud="gcp"
            ),
            Fine,
        ),
    ],
)
def test_hours_without_bytes_in_the_whole_window_are_waste(thing, expected):
    assert isinstance(verdict(RULE, thing), expected)


def test_all_of_it_is_saved_and_the_sentence_has_the_figures():
    found = waste(RULE, resource(each_day(HOURS, 24)))
    assert found.saves == ALL
    assert found.because == "Charged for 336 hours and 0.000 GB in the last 14 days."

"""A VPN connection that nothing passes."""

import pytest

from findings.registry import bill_rule
from findings.rule import ALL, Fine, Unknown, Waste
from tests.findings.bill_rules.billed import each_day, resource, verdict, waste

RULE = bill_rule("bill_vpn_without_bytes")
HOURS, BYTES = "VPN-Usage-Hours", "DataTransfer-Out-Bytes"
NO_QUANTITY = each_day(HOURS, 0, consumed_quantity=None)


@pytest.mark.parametrize(
    ("thing", "expected"),
    [
        (resource(each_day(f"EUC1-{HOURS}", 24)), Waste),
        (resource(each_day(HOURS, 24), each_day(BYTES, "0.000333")), Waste),
        (resource(each_day(HOURS, 24), each_day(BYTES, "0.000337")), Fine),
        (resource(each_day(HOURS, 24), each_day(BYTES, 5, until=31, days=5)), Waste),
        (resource(each_day(HOURS, 24, days=29)), Fine),
        (resource(each_day(HOURS, 24, until=31, days=5)), Fine),
        (resource(each_day("BoxUsage:m5.large", 24)), Fine),
        (resource(each_day(HOURS, 24), known_days=29), Unknown),
        (resource(NO_QUANTITY), Unknown),
        (resource(each_day(HOURS, 24), cloud="azure"), Fine),
        (resource(each_day("Cloud VPN Tunnel", 24), cloud="gcp"), Waste),
        (resource(each_day("Cloud VPN Tunnel", 24), each_day("Network Vpn Internet Egress", 1), cloud="gcp"), Fine),
        (resource(each_day(HOURS, 24), provider_name="Somebody else"), Fine),
    ],
)
def test_hours_without_bytes_in_the_whole_window_are_waste(thing, expected):
    assert isinstance(verdict(RULE, thing), expected)


def test_all_of_it_is_saved_and_the_sentence_has_the_figures():
    found = waste(RULE, resource(each_day(HOURS, 24)))
    assert found.saves == ALL
    assert found.because == "Charged for 720 hours and 0.000 GB in the last 30 days."

"""A VPN connection that is charged by the hour and has stopped passing bytes."""

import pytest

from findings.registry import bill_rule
from findings.rule import ALL, Fine, Unknown, Waste
from tests.findings.bill_rules.billed import each_day, resource, verdict, waste

RULE = bill_rule("bill_vpn_without_bytes")
HOURS = each_day("VPN-Usage-Hours:ipsec.1", 24)
BEFORE = each_day("DataTransfer-Out-Bytes", 2, until=15, days=10)


@pytest.mark.parametrize(
    ("thing", "expected"),
    [
        (resource(HOURS, BEFORE), Waste),
        (resource(each_day("EUC1-VPN-Usage-Hours:ipsec.1", 24), each_day("EUC1-DataTransfer-In-Bytes", 1)), Fine),
        (resource(HOURS, BEFORE, each_day("DataTransfer-Out-Bytes", "0.0007", days=14)), Waste),
        (resource(HOURS, BEFORE, each_day("DataTransfer-Out-Bytes", "0.001", days=14)), Fine),
        (resource(HOURS), Unknown),
        (resource(HOURS, each_day("DataTransfer-Out-Bytes", "0.0007", days=20)), Unknown),
        (resource(HOURS, BEFORE, known_days=13), Unknown),
        (resource(HOURS, BEFORE, each_day("DataTransfer-Out-Bytes", 1, days=14, consumed_quantity=None)), Unknown),
        (resource(HOURS, each_day("DataTransfer-Out-Bytes", 1, consumed_quantity=None)), Unknown),
        (resource(each_day("VPN-Usage-Hours:ipsec.1", 24, until=2), BEFORE), Fine),
        (resource(BEFORE), Fine),
        (resource(each_day("VpnGw1", 24), cloud="azure"), Fine),
    ],
)
def test_a_connection_that_passed_bytes_and_passes_none_for_two_weeks_is_waste(thing, expected):
    assert isinstance(verdict(RULE, thing), expected)


def test_all_of_it_is_saved_and_the_sentence_has_the_figures():
    found = waste(RULE, resource(HOURS, BEFORE))
    assert found.saves == ALL
    assert found.because == (
        "Charged for 336 hours and 0.000 GB in the last 14 days, after 20.00 GB before them on the same bill."
    )

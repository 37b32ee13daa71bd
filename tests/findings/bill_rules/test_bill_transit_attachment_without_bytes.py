"""A transit gateway's attachment that is charged by the hour and has stopped sending bytes."""

import pytest

from findings.registry import bill_rule
from findings.rule import ALL, Fine, Unknown, Waste
from tests.findings.bill_rules.billed import each_day, resource, verdict, waste

RULE = bill_rule("bill_transit_attachment_without_bytes")
HOURS = each_day("EUC1-TransitGateway-Hours", 24)
BEFORE = each_day("EUC1-TransitGateway-Bytes", 2, until=15, days=10)


@pytest.mark.parametrize(
    ("thing", "expected"),
    [
        (resource(HOURS, BEFORE), Waste),
        (resource(HOURS, each_day("EUC1-TransitGateway-Bytes", 2)), Fine),
        (resource(HOURS, each_day("TGW-Multicast-Consumer-Bytes", 2)), Fine),
        (resource(HOURS, BEFORE, each_day("EUC1-TransitGateway-Bytes", "0.0007", days=14)), Waste),
        (resource(HOURS, BEFORE, each_day("EUC1-TransitGateway-Bytes", "0.001", days=14)), Fine),
        (resource(HOURS), Unknown),
        (resource(HOURS, each_day("EUC1-TransitGateway-Bytes", "0.0007", days=20)), Unknown),
        (resource(HOURS, BEFORE, known_days=13), Unknown),
        (resource(HOURS, BEFORE, each_day("EUC1-TransitGateway-Bytes", 1, days=14, consumed_quantity=None)), Unknown),
        (resource(HOURS, each_day("EUC1-TransitGateway-Bytes", 1, consumed_quantity=None)), Unknown),
        (resource(each_day("EUC1-TransitGateway-Hours", 24, until=2), BEFORE), Fine),
        (resource(BEFORE), Fine),
        (resource(HOURS, BEFORE, cloud="gcp"), Fine),
    ],
)
def test_an_attachment_that_sent_bytes_and_sends_none_for_two_weeks_is_waste(thing, expected):
    assert isinstance(verdict(RULE, thing), expected)


def test_all_of_it_is_saved_and_the_sentence_has_the_figures():
    found = waste(RULE, resource(HOURS, BEFORE))
    assert found.saves == ALL
    assert found.because == (
        "Charged for 336 hours and 0.000 GB in the last 14 days, after 20.00 GB before them on the same bill."
    )

"""A resource of which traffic between zones is a large part of the cost."""

from decimal import Decimal

import pytest

from findings.registry import bill_rule
from findings.rule import Fine, Unknown, Waste
from tests.findings.bill_rules.billed import each_day, resource, verdict, waste

RULE = bill_rule("bill_cross_zone_transfer")


def moved(cost, meter="EUC1-DataTransfer-Regional-Bytes", **more):
    return each_day(meter, 200, cost=cost, **more)


def other(cost):
    return each_day("EUC1-BoxUsage:m5.large", 24, cost=cost)


@pytest.mark.parametrize(
    ("thing", "expected"),
    [
        (resource(moved("2"), other("6")), Waste),
        (resource(moved("2"), other("6.1")), Fine),
        (resource(moved("1.67"), other("2")), Waste),
        (resource(moved("1.66"), other("2")), Fine),
        (resource(moved("9", until=15), other("2")), Fine),
        (resource(moved("2", "EUC1-DataTransfer-Out-Bytes"), other("2")), Fine),
        (resource(other("9")), Fine),
        (resource(moved("2"), other("2"), known_days=13), Unknown),
        (resource(moved("2", consumed_quantity=None), other("2")), Unknown),
        (resource(moved("2", "Network Inter Zone Data Transfer Out"), other("2"), cloud="gcp"), Waste),
        (resource(moved("2", "Network Inter Zone Egress"), other("2"), cloud="gcp"), Waste),
        (resource(moved("2", "Network Inter Zone Ingress"), other("2"), cloud="gcp"), Fine),
        (resource(moved("2", "Intra-Region Ingress"), cloud="azure"), Fine),
    ],
)
def test_a_quarter_of_the_cost_and_fifty_a_month_are_waste(thing, expected):
    assert isinstance(verdict(RULE, thing), expected)


def test_three_tenths_of_the_traffic_are_saved_and_the_sentence_has_the_figures():
    found = waste(RULE, resource(moved("2"), other("6")))
    assert found.saves.fraction == Decimal("0.075")
    assert found.because == (
        "28.00 of 112.00 USD (25 %) of the last 14 days paid for 2,800 GB between zones; "
        "30 % of that is taken as avoidable."
    )


def test_bytes_of_a_google_bill_are_said_as_gigabytes():
    lines = each_day("Network Inter Zone Egress", 2**30, cost="2", consumed_unit="bytes")
    assert "paid for 14 GB between zones" in waste(RULE, resource(lines, cloud="gcp")).because

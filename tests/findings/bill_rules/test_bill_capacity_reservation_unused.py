"""Reserved capacity in which nothing runs."""

from decimal import Decimal

import pytest

from findings.registry import bill_rule
from findings.rule import Fine, Unknown, Waste
from tests.findings.bill_rules.billed import each_day, resource, verdict, waste

RULE = bill_rule("bill_capacity_reservation_unused")


def reservation(days, *more, cost="2", **given):
    return resource(each_day("EUC1-UnusedBox:m5.large", 24, cost=cost, days=days), *more, **given)


@pytest.mark.parametrize(
    ("thing", "expected"),
    [
        (reservation(14), Waste),
        (reservation(7), Waste),
        (reservation(6), Fine),
        (reservation(14, cost="0"), Fine),
        (resource(each_day("UnusedDed:m5.large", 24)), Waste),
        (resource(each_day("Reservation:m5.large", 24)), Fine),
        (reservation(14, known_days=13), Unknown),
        (reservation(14, cloud="azure"), Fine),
    ],
)
def test_unused_on_half_of_the_days_is_waste(thing, expected):
    assert isinstance(verdict(RULE, thing), expected)


def test_the_unused_part_is_saved():
    found = waste(RULE, reservation(14, each_day("Reservation:m5.large", 24, cost="6")))
    assert found.saves.fraction == Decimal("0.25")
    assert found.because == "336 hours of it were not used, on 14 of the last 14 days: 28.00 USD."

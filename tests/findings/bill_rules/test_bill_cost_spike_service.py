"""A service of one account whose last days cost more than its weekdays used to."""

from decimal import Decimal

import pytest

from findings.registry import bill_rule
from findings.rule import Fine, Unknown, Waste
from tests.findings.bill_rules.billed import each_day, service, verdict, waste

RULE = bill_rule("bill_cost_spike_service")


def usual(cost="100"):
    return each_day("", 1, cost=cost, days=57, until=4)


def recent(cost, *, days=3, **more):
    return each_day("", 1, cost=cost, days=days, **more)


@pytest.mark.parametrize(
    ("thing", "expected"),
    [
        (service(usual(), recent("151")), Waste),
        (service(usual(), recent("151"), cloud="gcp"), Waste),
        (service(usual(), recent("150")), Fine),
        (service(usual("10"), recent("44")), Waste),
        (service(usual("10"), recent("43")), Fine),
        (service(usual(), recent("100"), recent("500", charge_category="Tax")), Fine),
        (service(usual(), recent("500", days=2)), Fine),
        (service(recent("500")), Fine),
        (service(usual(), recent("500"), known_days=44), Unknown),
    ],
)
def test_a_hundred_more_in_three_days_and_half_as_much_again_is_waste(thing, expected):
    assert isinstance(verdict(RULE, thing), expected)


def test_what_it_cost_beyond_the_usual_is_the_saving_and_the_sentence_says_both():
    found = waste(RULE, service(usual(), recent("200")))
    assert found.saves.fraction == Decimal(300) / Decimal(3300)
    assert found.because == (
        "Cost 600.00 USD in the last 3 days; usual on these weekdays was 300.00 (median of 6 weeks)."
    )

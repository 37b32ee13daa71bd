"""A resource whose last days cost more than its weekdays used to."""

from decimal import Decimal

import pytest

from findings.registry import bill_rule
from findings.rule import Fine, Unknown, Waste
from tests.findings.bill_rules.billed import day, each_day, resource, verdict, waste
from tests.findings.evidence import line

RULE = bill_rule("bill_cost_spike_resource")


def usual(cost="10", **more):
    return each_day("BoxUsage:m5.large", 24, cost=cost, days=57, until=4, **more)


def recent(cost, *, days=3, until=1, **more):
    return each_day("BoxUsage:m5.large", 24, cost=cost, days=days, until=until, **more)


def weekdays_only(*, workday, weekend="10", first=1):
    """Every day from 60 days ago, in two prices: day(1) is a Sunday."""
    cost = {True: weekend, False: workday}
    return tuple(line(day(ago), cost[day(ago).weekday() >= 5]) for ago in range(60, first - 1, -1))


def uneven(*costs):
    """A resource whose weeks before cost so, one week after the other, the oldest first."""
    return tuple(line(day(4 + 41 - n), costs[n // 7]) for n in range(42))


@pytest.mark.parametrize(
    ("thing", "expected"),
    [
        (resource(usual(), recent("20")), Waste),
        (resource(usual(), recent("20"), cloud="azure"), Waste),
        (resource(usual(), recent("20"), cloud="gcp"), Waste),
        (resource(usual(), recent("20"), known_days=45), Waste),
        (resource(usual(), recent("20"), known_days=44), Unknown),
        (resource(recent("10"), known_days=44), Unknown),
        (resource(recent("9.99"), known_days=44), Fine),
        (resource(usual(), recent("20", billing_currency="EUR")), Unknown),
        (resource(usual(), recent("19.99")), Fine),
        (resource(usual(list_cost=Decimal(30)), recent("20", list_cost=Decimal(30))), Fine),
        (resource(usual(list_cost=Decimal(30)), recent("20", list_cost=Decimal(60))), Waste),
        (resource(usual(list_cost=Decimal(0)), recent("20", list_cost=Decimal(0))), Waste),
        (resource(usual("100"), recent("150.01")), Waste),
        (resource(usual("100"), recent("150")), Fine),
        (resource(usual(), recent("10", days=2, until=2), recent("90", days=1)), Fine),
        (resource(usual(), recent("90", days=2, until=2), recent("15", days=1)), Fine),
        (resource(recent("20")), Fine),
        (resource(usual(), recent("10"), recent("90", charge_category="Purchase")), Fine),
        (resource(usual(), recent("10"), recent("90", charge_days=30)), Fine),
        (resource(usual(), recent("10"), recent("90", charge_class="Correction")), Fine),
        (resource(weekdays_only(workday="50")), Fine),
        (resource(weekdays_only(workday="50", first=4), recent("50")), Fine),
        (resource(weekdays_only(workday="20", first=4), recent("50")), Waste),
        (resource(weekdays_only(workday="50", first=4), recent("50", days=2), recent("80", days=1, until=3)), Waste),
        (resource(uneven("10", "14", "10", "14", "10", "14"), recent("40")), Waste),
        (resource(uneven("10", "26", "10", "26", "10", "26"), recent("40")), Fine),
        (resource(uneven("10", "10", "99", "10", "10", "10"), recent("20")), Waste),
    ],
)
def test_each_of_three_days_far_above_its_weekday_is_waste(thing, expected):
    assert isinstance(verdict(RULE, thing), expected)


def test_what_it_cost_beyond_the_usual_is_the_saving_and_the_sentence_says_both():
    found = waste(RULE, resource(usual(), recent("30")))
    assert found.saves.fraction == Decimal(60) / Decimal(360)
    assert found.because == (
        "Cost 90.00 USD in the last 3 days; usual on these weekdays was 30.00 (median of 6 weeks)."
    )


def test_a_negative_line_makes_no_more_than_all_of_it():
    taken_back = each_day("BoxUsage:m5.large", 24, cost="-350", days=1, until=20)
    assert waste(RULE, resource(usual(), recent("30"), taken_back)).saves.fraction == Decimal(60) / Decimal(90)


def test_the_limits_are_settings():
    thing = resource(usual(), recent("20"))
    assert isinstance(verdict(RULE, thing, min_extra=31), Fine)
    assert isinstance(verdict(RULE, thing, min_percent=101), Fine)
    assert isinstance(verdict(RULE, thing, recent_days=4), Fine)
    assert isinstance(verdict(RULE, thing, history_weeks=9), Unknown)

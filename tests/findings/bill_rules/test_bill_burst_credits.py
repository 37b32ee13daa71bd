"""A burstable machine that buys credits."""

import pytest

from findings.registry import bill_rule
from findings.rule import UNTOLD, Fine, Unknown, Waste
from tests.findings.bill_rules.billed import each_day, resource, verdict, waste

RULE = bill_rule("bill_burst_credits")


def machine(*more, **given):
    return resource(each_day("EUC1-BoxUsage:t3.large", 24, cost="2"), *more, **given)


@pytest.mark.parametrize(
    ("thing", "expected"),
    [
        (machine(each_day("CPUCredits:t3", 5, cost="1")), Waste),
        (machine(each_day("CPUCredits:t3", 5, cost="1", days=10)), Waste),
        (machine(each_day("CPUCredits:t3", 5, cost="1", days=9)), Fine),
        (machine(each_day("CPUCredits:t3", 5, cost="0.4")), Waste),
        (machine(each_day("CPUCredits:t3", 5, cost="0.39")), Fine),
        (machine(), Fine),
        (machine(each_day("CPUCredits:t3", 5, cost="1"), known_days=13), Unknown),
        (machine(each_day("CPUCredits:t3", 5, cost="1"), cloud="gcp"), Fine),
    ],
)
def test_credits_on_ten_of_fourteen_days_for_a_fifth_of_the_machine_are_waste(thing, expected):
    assert isinstance(verdict(RULE, thing), expected)


def test_what_is_saved_is_not_told_for_a_steady_type_costs_more_by_the_hour():
    found = waste(RULE, machine(each_day("CPUCredits:t3", 5, cost="1")))
    assert found.saves == UNTOLD
    assert found.because == (
        "Credits were bought on 14 of the last 14 days: 14.00 USD beside 28.00 for the machine itself."
    )

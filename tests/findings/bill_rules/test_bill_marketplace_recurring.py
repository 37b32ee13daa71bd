"""A marketplace product whose fee recurs though no machine runs it any longer."""

import pytest

from findings.registry import bill_rule
from findings.rule import ALL, Fine, Unknown, Waste
from tests.findings.bill_rules.billed import day, each_day, service, verdict, waste
from tests.findings.evidence import line

RULE = bill_rule("bill_marketplace_recurring")


def hours(*, until=70, meter="EUC1-SoftwareUsage:m5.large", **more):
    return each_day(meter, 24, days=5, until=until, **more)


def fee(ago, cost="20", **more):
    return (line(day(ago), cost, charge_category="Purchase", charge_days=30, **more),)


def product(*charges, known_days=100, **more):
    return service(*charges, known_days=known_days, service_name="A product", **more)


@pytest.mark.parametrize(
    ("thing", "expected"),
    [
        (product(hours(), fee(50), fee(20)), Waste),
        (product(hours(until=63), fee(62), fee(31)), Waste),
        (product(hours(until=62), fee(62), fee(31)), Fine),
        (product(hours(until=5), fee(50), fee(20)), Fine),
        (product(hours(until=31), fee(50), fee(20), known_days=50), Fine),
        (product(hours(until=32), fee(50), fee(20), known_days=50), Unknown),
        (product(hours(), fee(63), fee(20)), Fine),
        (product(hours(), fee(50)), Fine),
        (product(hours()), Fine),
        (product(fee(50), fee(20)), Fine),
        (product(each_day("BoxUsage:m5.large", 24, days=5, until=70), fee(50), fee(20)), Fine),
        (
            product(hours(meter="", charge_description="AWS Marketplace hourly software usage|x"), fee(50), fee(20)),
            Waste,
        ),
        (product(hours(), fee(50, "5"), fee(20, "5")), Waste),
        (product(hours(), fee(50, "5"), fee(20, "4.99")), Fine),
        (product(hours(), fee(50, "0"), fee(20)), Fine),
        (product(hours(), fee(50, commitment_discount_id="r"), fee(20)), Fine),
        (product(hours(), fee(50, billing_currency="EUR"), fee(20)), Unknown),
        (product(hours(until=40), fee(50), fee(20), known_days=62), Unknown),
        (product(hours(until=40), fee(50), fee(20), known_days=63), Fine),
        (product(hours(), fee(50), fee(20), cloud="azure"), Fine),
    ],
)
def test_two_months_of_fees_after_the_last_machine_are_waste(thing, expected):
    assert isinstance(verdict(RULE, thing), expected)


def test_all_of_it_is_saved_and_the_sentence_has_the_fee_and_the_last_day():
    found = waste(RULE, product(hours(), fee(50), fee(20)))
    assert found.saves == ALL
    assert found.because == (
        "Its fee was charged in each of the last 2 months, 40.00 USD in all; "
        "the last machine that ran it was charged on 2026-05-11."
    )


def test_the_limit_is_a_setting():
    assert isinstance(verdict(RULE, product(hours(), fee(50), fee(20)), months=3), Fine)

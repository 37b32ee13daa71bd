"""A commitment of which a part bought nothing."""

from decimal import Decimal

import pytest

from findings.evaluate import evaluate
from findings.registry import bill_rule
from findings.rule import Fine, Share, Unknown, Waste
from findings.savings import monthly_saving
from findings.try_bill import NO_PRICES, evidence_of, saving_of
from tests.findings.bill_rules.billed import commitment, each_day, verdict, waste

RULE = bill_rule("bill_commitment_unused")


def used(cost, **more):
    return each_day("", 1, cost=cost, commitment_discount_id="c", commitment_discount_status="Used", **more)


def unused(cost, **more):
    return each_day("", 1, cost=cost, commitment_discount_id="c", commitment_discount_status="Unused", **more)


@pytest.mark.parametrize(
    ("thing", "expected"),
    [
        (commitment(used("0.9"), unused("0.1")), Waste),
        (commitment(unused("1")), Waste),
        (commitment(used("0.95"), unused("0.05")), Fine),
        (commitment(used("1")), Fine),
        (commitment(used("1"), unused("1", until=15, days=10)), Fine),
        (commitment(used("0"), unused("0")), Fine),
        (commitment(used("0.95"), unused("0.05"), unused("5", charge_class="Correction")), Fine),
        (commitment(used("0.95"), unused("0.05"), used("-0.9")), Fine),
        (commitment(used("0.9"), unused("0.1"), known_days=13), Unknown),
        (commitment(used("0.9"), unused("0.1", billing_currency="EUR")), Unknown),
    ],
)
def test_more_than_a_twentieth_unused_in_two_weeks_is_waste(thing, expected):
    assert isinstance(verdict(RULE, thing), expected)


def test_the_unused_share_of_its_cost_is_saved():
    found = waste(RULE, commitment(used("0.75"), unused("0.25")))
    assert found.saves.fraction == Decimal("0.25")
    assert found.because == "Of 14.00 USD paid for it in the last 14 days, 3.50 (25 %) bought nothing."


def test_what_is_given_back_makes_it_no_more_than_all_of_it():
    assert waste(RULE, commitment(used("-0.5"), unused("1"))).saves.fraction == 1


def test_the_limit_is_a_setting():
    assert isinstance(verdict(RULE, commitment(used("0.9"), unused("0.1")), max_unused_percent=10), Fine)


def test_what_is_charged_by_the_month_counts_with_the_part_that_falls_into_the_window():
    a_month = {"charge_days": 30, "days": 1}
    from_before = commitment(used("0.75"), unused("7.5", until=30, **a_month))
    assert waste(RULE, from_before).because == (
        "Of 14.00 USD paid for it in the last 14 days, 3.50 (25 %) bought nothing."
    )


def test_what_is_left_of_a_month_that_goes_on_is_not_yet_unused():
    going_on = unused("17", until=13, charge_days=30, days=1)
    assert isinstance(verdict(RULE, commitment(used("1"), going_on)), Fine)
    before = unused("7.75", until=44, charge_days=31, days=1)
    assert waste(RULE, commitment(used("0.75", until=14), used("1", days=13), before, going_on)).because == (
        "Of 14.00 USD paid for it in the 14 days before 2026-07-07, 3.50 (25 %) bought nothing."
    )
    assert isinstance(verdict(RULE, commitment(used("1"), going_on, known_days=26)), Unknown)


def test_a_month_that_goes_on_is_no_part_of_what_a_commitment_costs():
    months = (unused("15.5", until=44, charge_days=31, days=1), unused("30", until=13, charge_days=30, days=1))
    evidence = evidence_of(commitment(used("0.5"), *months))
    found = monthly_saving(saves=Share(fraction=Decimal("0.5")), evidence=evidence, listed=NO_PRICES)
    assert (found.monthly_cost, found.monthly) == (Decimal("30.4375"), Decimal("15.21875"))


@pytest.mark.parametrize("begun", [7, 13, 20])
def test_its_saving_is_of_the_days_before_a_month_that_goes_on_however_far_that_is(begun):
    months = (
        unused("7.75", until=begun + 31, charge_days=31, days=1),
        unused("30", until=begun, charge_days=30, days=1),
    )
    idle_at_the_end = (used("1", days=40, until=begun + 2), used("0", until=begun + 1, days=1))
    [judgement] = evaluate([evidence_of(commitment(*idle_at_the_end, *months))], [RULE], {})
    found = saving_of(judgement, judgement.verdict)
    assert (found.days, found.monthly) == (14, Decimal("7.609375"))


def test_a_correction_of_a_month_that_goes_on_leaves_the_days_in_it_told():
    corrected = unused("-3", until=13, charge_days=30, days=1, charge_class="Correction")
    assert isinstance(verdict(RULE, commitment(used("1"), corrected, known_days=20)), Fine)

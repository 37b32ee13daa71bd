"""What a savings plan may be bought for: what is left of what runs around the clock."""

from decimal import Decimal

import pytest

from findings.registry import bill_rule
from findings.rule import Fine, Unknown, Waste
from tests.findings.bill_rules.billed import verdict, waste
from tests.findings.bill_rules.steady import COMPUTE, DATABASE, MACHINE, PLAN, RDS, covered, idle, running, use

RULE = bill_rule("bill_savings_plan_worth_buying")
METERS = {COMPUTE: MACHINE, RDS: DATABASE}
OWN, OTHER = ({"service": one, "meter": METERS[one]} for one in (COMPUTE, RDS))
LEFT = use(running(**OWN), running("i-2", **OWN))


@pytest.mark.parametrize(
    ("thing", "expected"),
    [
        (LEFT, Waste),
        (use(running(**OWN), wasted=(running("i-2", **OWN),)), Waste),
        (use(running(**OWN), commitments=[idle(unused="0.4")]), Waste),
        (use(wasted=(running(**OWN),)), Fine),
        (use(running(**OTHER), running("i-2", **OTHER)), Fine),
        (use(running(**OWN), commitments=[idle(unused="0.5")]), Fine),
        (use(running(hours=24, cost="1.6", **OWN)), Fine),
        (use(running(billing_currency="EUR", **OWN), running("i-2", **OWN)), Unknown),
    ],
)
def test_what_is_left_after_findings_is_advised_unless_a_commitment_lies_idle(thing, expected):
    assert isinstance(verdict(RULE, thing), expected)


def test_it_says_how_much_was_taken_off_for_findings():
    found = waste(RULE, use(running(**OWN), wasted=(running("i-2", **OWN), running("i-3", **OWN))))
    assert found.because == (
        "1 machine ran around the clock without a commitment for 30 days and has no open finding: 0.1000 USD an hour at "
        "full price. 2 more, 0.2000 USD an hour, are taken off for open findings, or because nobody can tell whether "
        "they are used. A plan's commitment is counted at its own, lower rates, which this bill does not tell for all of "
        "it."
    )
    assert "None was taken off for an open finding." in waste(RULE, LEFT).because


def test_its_size_is_told_at_the_plan_s_own_rates_and_never_at_full_price():
    found = waste(RULE, use(running(**OWN), covered("0.06", **OWN)))
    said = "At the rates of the bill's own Compute plans it comes to 0.0600 USD an hour of commitment."
    assert found.because.endswith(said)
    assert "at the plan's own rates" in RULE.action


def test_it_says_that_nothing_is_left_where_all_of_it_has_findings():
    said = verdict(RULE, use(wasted=(running(**OWN), running("i-2", **OWN))))
    assert said.because == "Nothing is left to buy for once the open findings are acted on."


def test_an_idle_commitment_is_named():
    assert PLAN in verdict(RULE, use(running(**OWN), commitments=[idle()])).because


def test_its_figure_is_what_the_bill_s_own_commitments_make_of_the_same_meter():
    found = waste(RULE, use(running(**OWN), covered("0.06", **OWN)))
    assert found.saves.fraction == Decimal("0.4")


def test_without_such_a_commitment_it_has_no_figure():
    assert waste(RULE, LEFT).saves.fraction is None


def test_its_figure_is_in_no_total():
    assert "open findings" in RULE.why_apart

"""A commitment is booked by FOCUS' rules: bought once, spread over its use, and counted nowhere twice."""

import datetime as dt
from collections import defaultdict
from decimal import Decimal

import pytest

from audits.bill_sums import kind_sum
from findings.cost_window import cost_window
from findings.rule import Share
from findings.savings import MONTH_DAYS, monthly_saving, rounded_down
from findings.try_bill import NO_PRICES, evidence_of, try_bill
from tests.audits.commitments import DATA, PAYER, PAYMENTS, PLAN, SHOP, TERM_HOURS, Commitment, bill_of, things_on

MARCH, APRIL = dt.datetime(2026, 3, 1, tzinfo=dt.UTC), dt.datetime(2026, 4, 1, tzinfo=dt.UTC)
FEBRUARY = dt.date(2026, 2, 1)
FEBRUARY_HOURS, MARCH_HOURS = 672, 744


def sums(lines, column, *keys):
    found = defaultdict(Decimal)
    for line in lines:
        found[tuple(line[key] for key in keys)] += line[column]
    return found


@pytest.mark.parametrize("payment", PAYMENTS)
@pytest.mark.parametrize(("category", "hourly"), [("Spend", Decimal(1)), ("Usage", Decimal("0.4567"))])
def test_over_the_term_what_is_used_and_unused_costs_what_was_bought(tmp_path, payment, category, hourly):
    bought = Commitment(payment=payment, category=category, hourly=hourly, used_hours=18, accounts=(SHOP, DATA))
    report, lines = bill_of(tmp_path, bought.rows())
    effective = sums(lines, "effective_cost", "charge_category", "commitment_discount_status")
    assert effective["Usage", "Used"] + effective["Usage", "Unused"] == bought.price == hourly * TERM_HOURS
    assert effective["Usage", "Unused"] == bought.price / 4
    assert sums(lines, "billed_cost", "charge_category", "commitment_discount_id") == {
        ("Purchase", PLAN): bought.price,
        ("Usage", PLAN): 0,
    }
    for column in ("billed_cost", "effective_cost"):  # of everything: the one view never holds a part of the other
        assert sum(Decimal(period["totals"]["USD"][column]) for period in report["periods"]) == bought.price


BOUGHT = {  # in February and in March, of 8,760 for the year
    "all upfront": (8760, 0),
    "partial upfront": (4380 + 336, 372),
    "no upfront": (672, 744),
}


@pytest.mark.parametrize("payment", PAYMENTS)
def test_each_months_bill_has_its_fees_as_purchases_and_its_hours_as_usage(tmp_path, payment):
    report, _ = bill_of(tmp_path, Commitment(payment=payment, until=APRIL).rows())
    for period, bought, hours in zip(report["periods"], BOUGHT[payment], (FEBRUARY_HOURS, MARCH_HOURS), strict=True):
        kinds = {one.kind: one for one in map(kind_sum, period["kinds"])}
        assert (kinds["Usage"].billed, kinds["Usage"].effective) == (0, hours)
        assert (
            (kinds["Purchase"].billed, kinds["Purchase"].effective) == (bought, 0)
            if bought
            else "Purchase" not in kinds
        )
        totals = {name: Decimal(value) for name, value in period["totals"]["USD"].items()}
        assert sum(one.billed for one in kinds.values()) == totals["billed_cost"] == bought
        assert sum(one.effective for one in kinds.values()) == totals["effective_cost"] == hours


@pytest.mark.parametrize("used_hours", [24, 18, 12, 0])
def test_what_of_a_month_is_not_used_is_told_and_belongs_to_no_resource(tmp_path, used_hours):
    _, lines = bill_of(tmp_path, Commitment(used_hours=used_hours, until=MARCH).rows())
    effective = sums(lines, "effective_cost", "commitment_discount_status", "resource_id")
    assert effective["Used", "i-1"] == FEBRUARY_HOURS * used_hours // 24
    assert effective["Unused", ""] == FEBRUARY_HOURS - FEBRUARY_HOURS * used_hours // 24
    assert all(line["consumed_quantity"] is None for line in lines if line["commitment_discount_status"] == "Unused")


def test_a_commitment_is_one_over_all_accounts_that_use_it(tmp_path):
    _, lines = bill_of(tmp_path, Commitment(used_hours=18, accounts=(SHOP, DATA), until=APRIL).rows())
    assert set(sums(lines, "effective_cost", "sub_account_id")) == {(PAYER,), (SHOP,), (DATA,)}
    things = things_on(lines, first=FEBRUARY, until=APRIL.date())
    machines = [one for one in things.resources() if one.resource_id == "i-1"]
    (found,) = things.commitments()
    assert sum(line.effective_cost for line in found.charges) == FEBRUARY_HOURS + MARCH_HOURS
    of_machines = sum(line.effective_cost for one in machines for line in one.charges)
    assert of_machines == sum(one.effective_cost for one in found.charges if one.commitment_discount_status == "Used")


def savings_of(tmp_path, bought):
    """What dropping the machine saves, and what the whole bill proves."""
    _, lines = bill_of(tmp_path, bought.rows())
    until = bought.until.date()
    machine = next(one for one in things_on(lines, first=FEBRUARY, until=until).resources() if one.resource_id == "i-1")
    saving = monthly_saving(saves=Share(fraction=Decimal(1)), evidence=evidence_of(machine), listed=NO_PRICES)
    return saving, try_bill(things_on(lines, first=FEBRUARY, until=until)), machine


def test_a_covered_resource_frees_its_commitment_and_no_cash(tmp_path):
    saving, _, machine = savings_of(tmp_path, Commitment(until=APRIL))
    assert saving.frees_commitment == saving.monthly == rounded_down(24 * MONTH_DAYS)
    assert saving.cash == 0
    assert sum(line.billed_cost for line in cost_window(machine, evidence_of(machine).bill).lines) == 0


def test_what_runs_over_a_commitment_is_cash(tmp_path):
    saving, _, _ = savings_of(tmp_path, Commitment(over=Decimal("0.5"), until=APRIL))
    assert saving.cash == rounded_down(12 * MONTH_DAYS)
    assert saving.frees_commitment == rounded_down(24 * MONTH_DAYS)


@pytest.mark.parametrize("payment", PAYMENTS)
def test_what_was_not_used_is_found_once_at_what_it_costs_whichever_way_it_was_paid(tmp_path, payment):
    _, tried, _ = savings_of(tmp_path, Commitment(payment=payment, used_hours=18, until=APRIL))
    unused = [one for one in tried.findings if one.thing.resource_id == PLAN]
    assert [one.rule.id for one in unused] == ["bill_commitment_unused"]
    assert (unused[0].saving.frees_commitment, unused[0].saving.cash) == (rounded_down(6 * MONTH_DAYS), 0)
    assert sum(one.net or 0 for one in tried.findings) <= 24 * MONTH_DAYS  # what a month of it costs

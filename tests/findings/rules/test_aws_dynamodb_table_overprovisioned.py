"""A table for which far more is kept than its busiest hour used, and which nothing scales."""

from dataclasses import replace
from decimal import Decimal

import pytest

from audits.evidence import Evidence
from findings.prices import table as price_table
from findings.registry import rule
from findings.rule import UNTOLD, Fine, Unknown, Waste
from findings.savings import monthly_saving
from tests.findings.evidence import ago, bill, usage_of, waste
from tests.findings.rules.table import QUIET, by_hour

RULE = rule("aws_dynamodb_table_overprovisioned")
# 200 read and 100 write units are kept: 700 by cost, of which a change has to save 210.
LITTLE = by_hour((50.0, 24.0), (50.0, 24.0))


@pytest.mark.parametrize(
    ("changed", "seen", "verdict"),
    [
        ({}, LITTLE, Waste),
        ({}, by_hour((50.0, 24.0)), Waste),
        ({}, by_hour((80.0, 23.0)), Waste),
        ({}, by_hour((0.0, 23.0)), Waste),
        ({}, by_hour((1.0, 0.0)), Waste),
        ({"index_names": ("by-day",)}, LITTLE, Waste),
        ({}, by_hour((80.0, 24.0)), Fine),
        ({}, by_hour((80.0, 23.3)), Fine),
        ({}, by_hour((0.0, 40.0)), Fine),
        ({}, by_hour((0.0, 0.0)), Fine),
        ({"read_scaling": (50, 400), "write_scaling": (20, 200)}, LITTLE, Fine),
        ({"read_scaling": (50, 400)}, LITTLE, Fine),
        ({"write_scaling": (50, 400)}, LITTLE, Fine),
        ({"read_scaling": None}, by_hour((80.0, 40.0)), Fine),
        ({"read_units": 25, "write_units": 25}, by_hour((1.0, 1.0)), Fine),
        ({"table_class": "STANDARD_INFREQUENT_ACCESS"}, LITTLE, Fine),
        ({"billing_mode": "PAY_PER_REQUEST", "read_units": 0, "write_units": 0}, LITTLE, Fine),
        ({"replica_regions": ("eu-west-1",)}, LITTLE, Fine),
        ({"replica_regions": None}, LITTLE, Unknown),
        ({"state": "UPDATING"}, LITTLE, Fine),
        ({"created_at": ago(20)}, by_hour((50.0, 24.0), days=20), Fine),
        ({"read_scaling": None}, LITTLE, Unknown),
        ({"write_scaling": None}, LITTLE, Unknown),
        ({"read_scaling": (50, 400)}, by_hour((50.0, 24.0), first_kept=(100.0, 100.0)), Fine),
        ({}, by_hour((50.0, 24.0), first_kept=(199.0, 100.0)), Unknown),
        ({}, by_hour((50.0, 24.0), first_kept=(200.0, 110.0)), Unknown),
        ({"read_units": 1000}, by_hour((90.0, 24.0)), Unknown),
        ({}, by_hour((50.0, 24.0), read_days=29), Unknown),
        ({}, by_hour((50.0, 24.0), kept_days=29), Unknown),
        ({}, usage_of({}), Unknown),
    ],
)
def test_less_has_to_hold_the_busiest_hour_with_room(changed, seen, verdict):
    assert isinstance(RULE.ask(replace(QUIET, **changed), usage=seen, settings={}), verdict)


def test_it_names_the_units_and_saves_their_part_of_what_its_capacity_costs():
    found = waste(RULE, QUIET, seen=LITTLE)
    assert found.because == (
        "Its busiest hours of the last 30 days used 50.0 read and 24.0 write units a second, of 200 and 100 that are "
        "kept; of 125 and 60 they would have used 40 % at most."
    )
    evidence = Evidence(thing=QUIET, usage=LITTLE, bill=bill(cost="7", usage_type="WriteCapacityUnit-Hrs"))
    saving = monthly_saving(saves=found.saves, evidence=evidence, listed=price_table("aws"))
    assert saving.basis == "BILL"
    assert round(saving.monthly, 2) == round(Decimal("2.75") * Decimal("30.4375"), 2)


def test_what_it_saves_of_a_table_with_indexes_is_not_told_as_the_bill_has_theirs_in_it():
    assert waste(RULE, replace(QUIET, index_names=("by-day",)), seen=LITTLE).saves == UNTOLD


def test_a_burst_within_an_hour_is_not_seen_and_so_it_is_assumed_that_there_is_none():
    assert RULE.assumes == "that its use within an hour is even"


@pytest.mark.parametrize("setting", [{"fill_percent": 25}, {"least_percent": 50}])
def test_how_full_the_busiest_hour_may_be_and_what_is_worth_it_are_settings(setting):
    assert isinstance(RULE.ask(QUIET, usage=LITTLE, settings=setting), Fine)

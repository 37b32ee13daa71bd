"""A table that needs its capacity in some hours, and for which as much is kept in all others."""

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

RULE = rule("aws_dynamodb_table_without_autoscaling")
# 200 read and 100 write units are kept, and in ten hours a day they are needed.
BY_DAY = by_hour((160.0, 80.0))


@pytest.mark.parametrize(
    ("changed", "seen", "verdict"),
    [
        ({}, BY_DAY, Waste),
        ({}, by_hour((160.0, 80.0), (40.0, 20.0)), Waste),
        ({"index_names": ("by-day",)}, BY_DAY, Waste),
        ({}, by_hour((160.0, 80.0), (80.0, 40.0)), Fine),
        ({}, by_hour((160.0, 80.0), (160.0, 80.0)), Fine),
        ({}, by_hour((50.0, 24.0)), Fine),
        ({}, by_hour((0.0, 0.0)), Fine),
        ({"read_scaling": (50, 400), "write_scaling": (20, 200)}, BY_DAY, Fine),
        ({"read_scaling": (50, 400)}, BY_DAY, Fine),
        ({"read_scaling": None}, by_hour((160.0, 80.0), (160.0, 80.0)), Fine),
        ({"read_units": 25, "write_units": 25}, by_hour((20.0, 20.0)), Fine),
        ({"table_class": "STANDARD_INFREQUENT_ACCESS"}, BY_DAY, Fine),
        ({"billing_mode": "PAY_PER_REQUEST", "read_units": 0, "write_units": 0}, BY_DAY, Fine),
        ({"replica_regions": ("eu-west-1",)}, BY_DAY, Fine),
        ({"replica_regions": None}, BY_DAY, Unknown),
        ({"state": "CREATING"}, BY_DAY, Fine),
        ({"created_at": ago(20)}, by_hour((160.0, 80.0), days=20), Fine),
        ({"read_scaling": None}, BY_DAY, Unknown),
        ({"write_scaling": None}, BY_DAY, Unknown),
        ({}, by_hour((160.0, 80.0), first_kept=(180.0, 100.0)), Unknown),
        ({}, by_hour((160.0, 80.0), first_kept=(200.0, 90.0)), Unknown),
        ({}, by_hour((160.0, 80.0), read_days=29), Unknown),
        ({}, by_hour((160.0, 80.0), kept_days=29), Unknown),
        ({}, usage_of({}), Unknown),
    ],
)
def test_use_has_to_come_and_go_for_scaling_to_save(changed, seen, verdict):
    assert isinstance(RULE.ask(replace(QUIET, **changed), usage=seen, settings={}), verdict)


def test_it_says_what_scaling_would_have_kept_and_saves_the_rest():
    found = waste(RULE, QUIET, seen=BY_DAY)
    assert found.because == (
        "200 read and 100 write units a second are kept for it at all hours of the last 30 days. Scaled to 70 % in use, "
        "hour by hour, it would have had 83.9 and 42.2 on average."
    )
    evidence = Evidence(thing=QUIET, usage=BY_DAY, bill=bill(cost="7", usage_type="ReadCapacityUnit-Hrs"))
    saving = monthly_saving(saves=found.saves, evidence=evidence, listed=price_table("aws"))
    kept = (200 * 10 + 14) / Decimal(24) + 5 * (100 * 10 + 14) / Decimal(24)
    assert round(saving.monthly, 2) == round((7 - kept / 100) * Decimal("30.4375"), 2)


def test_what_it_saves_of_a_table_with_indexes_is_not_told_as_the_bill_has_theirs_in_it():
    assert waste(RULE, replace(QUIET, index_names=("by-day",)), seen=BY_DAY).saves == UNTOLD


def test_how_much_is_worth_it_is_a_setting():
    assert isinstance(RULE.ask(QUIET, usage=BY_DAY, settings={"least_percent": 60}), Fine)

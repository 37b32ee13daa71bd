"""A table for which capacity is kept and that nobody reads or writes."""

from dataclasses import replace

import pytest

from audits.evidence import Evidence
from findings.evaluate import evaluate
from findings.registry import rule
from findings.rule import ALL, Fine, Unknown, Waste
from findings.verify import VERIFIED, verify
from tests.findings.evidence import ago, bill, usage_of, waste
from tests.findings.rules.table import QUIET, seen, without

RULE = rule("aws_dynamodb_table_idle")
UNUSED = seen()
KEPT = "ProvisionedReadCapacityUnits.Average"


@pytest.mark.parametrize(
    ("changed", "usage", "verdict"),
    [
        ({}, UNUSED, Waste),
        ({"table_class": "STANDARD_INFREQUENT_ACCESS"}, UNUSED, Waste),
        ({"read_scaling": (5, 100), "write_scaling": None}, UNUSED, Waste),
        ({}, seen(last=0.0), Waste),
        ({}, seen(last=0.0001), Fine),
        ({}, seen(writes=0.0001), Fine),
        ({"index_names": ("by-day",)}, seen(last=1.0), Fine),
        ({"index_names": ("by-day",)}, UNUSED, Unknown),
        ({}, without(UNUSED, KEPT), Unknown),
        ({}, without(UNUSED, KEPT, days_ago=30), Unknown),
        ({}, seen(read_days=29), Unknown),
        ({}, seen(days=29), Unknown),
        ({}, usage_of({}), Unknown),
        ({"created_at": None}, usage_of({}), Unknown),
        ({"created_at": ago(29)}, seen(days=29), Fine),
        ({"created_at": ago(29)}, usage_of({}), Fine),
        ({"billing_mode": "PAY_PER_REQUEST"}, UNUSED, Fine),
        ({"replica_regions": ("eu-west-1",)}, UNUSED, Fine),
        ({"replica_regions": None}, UNUSED, Unknown),
        ({"state": "CREATING"}, UNUSED, Fine),
        ({"state": "ARCHIVED"}, UNUSED, Fine),
    ],
)
def test_a_month_without_a_request_is_idle_where_its_capacity_shows_that_somebody_measured(changed, usage, verdict):
    assert isinstance(RULE.ask(replace(QUIET, **changed), usage=usage, settings={}), verdict)


def test_the_sentence_names_what_is_kept():
    verdict = waste(RULE, QUIET, seen=UNUSED)
    assert verdict.saves == ALL
    assert verdict.because == (
        "200 read and 100 write units a second are kept for it, and none was used on any of the last 30 days. "
        "It holds 3.0 GiB."
    )


@pytest.mark.parametrize(
    ("table_class", "meter"),
    [("STANDARD", "ReadCapacityUnit-Hrs"), ("STANDARD_INFREQUENT_ACCESS", "EUC1-IA-ReadCapacityUnit-Hrs")],
)
def test_a_day_on_which_nothing_was_written_is_known_where_it_was_asked_for(table_class, meter):
    capacity = bill(usage_type=meter, consumed_quantity=4800, consumed_unit="ReadCapacityUnit-Hrs")
    table = replace(QUIET, table_class=table_class)
    [judged] = evaluate([Evidence(thing=table, usage=UNUSED, bill=capacity)], [RULE], {})
    assert verify(judged).confidence == VERIFIED


def test_the_days_are_a_setting():
    assert isinstance(RULE.ask(QUIET, usage=UNUSED, settings={"idle_days": 31}), Unknown)


def test_the_hint_backs_it_up_first():
    assert RULE.hint_for(QUIET).startswith("aws dynamodb create-backup --region us-east-1 --table-name carts ")

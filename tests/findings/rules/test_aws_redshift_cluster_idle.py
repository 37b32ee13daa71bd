"""A Redshift cluster to which nobody connects, and whose data nobody else reads."""

from dataclasses import replace

import pytest

from findings.registry import rule
from findings.rule import ALL, Fine, Unknown, Waste
from tests.findings.evidence import ago, usage_of, waste
from tests.findings.warehouse_days import SALES

RULE = rule("aws_redshift_cluster_idle")
QUIET = usage_of({"DatabaseConnections.Maximum": [0.0] * 14})


def connections(*values):
    return usage_of({"DatabaseConnections.Maximum": values})


@pytest.mark.parametrize(
    ("changed", "seen", "verdict"),
    [
        ({}, QUIET, Waste),
        ({"is_multi_az": True}, QUIET, Waste),
        ({"schedules": ("pause",)}, QUIET, Waste),
        ({"schedules": None}, QUIET, Waste),
        ({}, connections(5.0, *[0.0] * 14), Waste),
        ({}, connections(*[0.0] * 13, 1.0), Fine),
        ({}, connections(*[None] * 13, 1.0), Fine),
        ({"is_shared": None}, connections(*[0.0] * 13, 1.0), Fine),
        ({"is_shared": True}, QUIET, Fine),
        ({"state": "paused"}, QUIET, Fine),
        ({"state": "resizing"}, QUIET, Fine),
        ({"created_at": ago(6)}, connections(*[0.0] * 6), Fine),
        ({"is_shared": None}, QUIET, Unknown),
        ({}, connections(*[0.0] * 13, None), Unknown),
        ({}, connections(*[0.0] * 13), Unknown),
        ({}, usage_of({}), Unknown),
        ({"created_at": None}, usage_of({}), Unknown),
    ],
)
def test_two_weeks_without_a_connection_or_a_reader_of_its_data_are_idle(changed, seen, verdict):
    assert isinstance(RULE.ask(replace(SALES, **changed), usage=seen, settings={}), verdict)


def test_the_sentence_names_its_nodes():
    verdict = waste(RULE, SALES, seen=QUIET)
    assert verdict.saves == ALL
    assert verdict.because == (
        "4 nodes of ra3.xlplus without a single connection on any of the last 14 days, and nobody shares its data."
    )


def test_the_days_are_a_setting_and_the_hint_takes_a_snapshot():
    assert isinstance(RULE.ask(SALES, usage=QUIET, settings={"idle_days": 15}), Unknown)
    assert "--cluster-identifier sales --final-cluster-snapshot-identifier sales-final" in RULE.hint_for(SALES)

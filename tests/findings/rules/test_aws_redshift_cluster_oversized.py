"""A Redshift cluster of which half of the nodes would carry all that was measured."""

from dataclasses import replace
from decimal import Decimal

import pytest

from audits.evidence import Evidence
from findings.prices import table
from findings.registry import rule
from findings.rule import Fine, Unknown, Waste
from findings.savings import monthly_saving
from tests.findings.evidence import ago, bill, usage_of, waste
from tests.findings.warehouse_days import SALES

RULE = rule("aws_redshift_cluster_oversized")
SERIES = {
    "peak": "CPUUtilization.Maximum",
    "p95": "CPUUtilization.p95",
    "disk": "PercentageDiskSpaceUsed.Maximum",
    "helpers": "ConcurrencyScalingActiveClusters.Maximum",
    "connections": "DatabaseConnections.Maximum",
}
QUIET = {"peak": 30.0, "p95": 12.0, "disk": 25.0, "helpers": 0.0, "connections": 9.0}


def month(*, days=30, last_day=None, **more):
    of_days = {**QUIET, **more}
    last = {**of_days, **(last_day or {})}
    return usage_of({SERIES[name]: [value] * (days - 1) + [last[name]] for name, value in of_days.items()})


@pytest.mark.parametrize(
    ("changed", "seen", "verdict"),
    [
        ({}, month(), Waste),
        ({"node_count": 10}, month(), Waste),
        ({"is_shared": True, "schedules": None}, month(), Waste),
        ({}, month(peak=45.0, p95=30.0, disk=40.0), Waste),
        ({}, month(helpers=None), Waste),
        ({}, month(last_day={"peak": 45.1}), Fine),
        ({}, month(last_day={"p95": 30.1}), Fine),
        ({}, month(last_day={"disk": 40.1}), Fine),
        ({}, month(last_day={"helpers": 1.0}), Fine),
        ({}, month(last_day={"peak": 45.1, "disk": None}), Fine),
        ({"node_count": 2}, month(), Fine),
        ({"node_count": 5}, month(), Fine),
        ({"is_multi_az": True}, month(), Fine),
        ({"state": "paused"}, month(), Fine),
        ({}, month(connections=0.0), Fine),
        ({"created_at": ago(9)}, month(days=8), Fine),
        ({}, month(last_day={"peak": None}), Unknown),
        ({}, month(last_day={"p95": None}), Unknown),
        ({}, month(last_day={"disk": None}), Unknown),
        ({}, month(last_day={"connections": None}), Unknown),
        ({}, month(days=29), Unknown),
        ({}, usage_of({}), Unknown),
        ({"created_at": None}, usage_of({}), Unknown),
    ],
)
def test_half_of_the_nodes_has_to_carry_all_of_it(changed, seen, verdict):
    assert isinstance(RULE.ask(replace(SALES, **changed), usage=seen, settings={}), verdict)


def test_it_saves_half_of_what_its_nodes_cost_and_says_what_was_measured():
    found = waste(RULE, SALES, seen=month())
    assert found.because == (
        "4 nodes of ra3.xlplus: over the last 30 days 95 % of a day's CPU samples were at 12.0 % or below, none above "
        "30.0 %, and no more than 25.0 % of its disk was in use. 2 nodes carry that. Memory is not measured."
    )
    evidence = Evidence(thing=SALES, usage=month(), bill=bill(cost="7.2", usage_type="Node:ra3.xlplus"))
    saving = monthly_saving(saves=found.saves, evidence=evidence, listed=table("aws"))
    assert (saving.monthly, saving.basis) == (Decimal("109.575"), "BILL")


def test_that_it_had_these_nodes_all_along_is_assumed_as_nothing_that_is_read_shows_it():
    assert RULE.assumes == "that on all of these days it had the nodes that it has now"


@pytest.mark.parametrize("setting", [{"p95_cpu": 20}, {"peak_cpu": 50}, {"disk_percent": 40}])
def test_how_full_the_half_may_be_is_a_setting(setting):
    assert isinstance(RULE.ask(SALES, usage=month(), settings=setting), Fine)

"""A database that is used, with a processor that hardly is."""

from dataclasses import replace

import pytest

from connections.resources import Database
from findings.registry import rule
from findings.rule import UNTOLD, Fine, Unknown, Waste
from tests.findings.evidence import ACCOUNT, ago, usage, usage_of, waste

RULE = rule("aws_rds_database_low_cpu")
WASTEFUL = Database(
    **ACCOUNT,
    resource_id="arn:aws:rds:us-east-1:111122223333:db:reports",
    created_at=ago(300),
    state="available",
    instance_class="db.m5.large",
    engine="postgres",
    storage_gib=100,
)
QUIET = usage(days=30, CPUUtilization_Maximum=12.5, DatabaseConnections_Maximum=8.0)


def cpu(*values, connections=8.0):
    return usage_of({"CPUUtilization.Maximum": values, "DatabaseConnections.Maximum": [connections] * len(values)})


@pytest.mark.parametrize(
    ("changed", "seen", "verdict"),
    [
        ({}, QUIET, Waste),
        ({"is_multi_az": True}, QUIET, Waste),
        ({"instance_class": "db.t3.medium"}, QUIET, Waste),
        ({}, cpu(*[2.0] * 29, 19.9), Waste),
        ({}, cpu(90.0, *[2.0] * 30), Waste),
        ({}, cpu(*[2.0] * 29, 20.0), Fine),
        ({}, cpu(90.0, *[2.0] * 29), Fine),
        ({}, cpu(90.0, None, *[2.0] * 28), Fine),
        ({}, cpu(*[2.0] * 29, None), Unknown),
        ({}, cpu(*[2.0] * 29), Unknown),
        ({}, usage_of({}), Unknown),
        ({}, usage_of({"CPUUtilization.Maximum": [2.0] * 30}), Unknown),
        ({}, usage_of({"DatabaseConnections.Maximum": [2.0] * 30}), Unknown),
        ({}, cpu(*[2.0] * 30, connections=0.0), Fine),
        ({"created_at": ago(29)}, cpu(*[2.0] * 28), Fine),
        ({"created_at": None}, usage_of({}), Unknown),
        ({"instance_class": "db.m5.xlarge", "engine": "oracle-ee"}, QUIET, Waste),
        ({"instance_class": "db.m5.xlarge"}, QUIET, Fine),
        ({"instance_class": "db.t3.large"}, QUIET, Waste),
        ({"instance_class": "db.r5.large"}, QUIET, Fine),
        ({"instance_class": "db.x2g.large"}, QUIET, Fine),
        ({"instance_class": "db.t3.micro"}, QUIET, Fine),
        ({"instance_class": "db.serverless"}, QUIET, Fine),
        ({"state": "stopped"}, QUIET, Fine),
        ({"cluster_id": "aurora"}, QUIET, Fine),
        ({"replica_of": "main"}, QUIET, Fine),
        ({"replica_ids": ("copy",)}, QUIET, Fine),
        ({"name": "orders-green-a1b2c3"}, QUIET, Fine),
    ],
)
def test_thirty_days_below_a_fifth_are_little_for_a_database_that_is_used(changed, seen, verdict):
    assert isinstance(RULE.ask(replace(WASTEFUL, **changed), usage=seen, settings={}), verdict)


def test_it_has_no_figure_and_says_that_memory_is_not_measured():
    found = waste(RULE, WASTEFUL, seen=QUIET)
    assert found.saves == UNTOLD
    assert found.because == (
        "db.m5.large (postgres): CPU peaked at 12.5 % over the last 30 days, with up to 8 connections. "
        "Its memory is not measured."
    )


@pytest.mark.parametrize(("settings", "verdict"), [({"max_cpu": 12}, Fine), ({"idle_days": 31}, Unknown)])
def test_limit_and_days_are_settings(settings, verdict):
    assert isinstance(RULE.ask(WASTEFUL, usage=QUIET, settings=settings), verdict)

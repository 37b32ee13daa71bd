"""A database that is kept stopped, and those that are stopped for a time only."""

from dataclasses import replace

import pytest

from connections.resources import Database
from findings.registry import rule
from findings.rule import UNTOLD, Fine, Unknown, Waste
from tests.findings.evidence import ACCOUNT, ago, usage_of, waste

RULE = rule("aws_rds_database_stopped")
WASTEFUL = Database(
    **ACCOUNT,
    resource_id="arn:aws:rds:us-east-1:111122223333:db:reports",
    created_at=ago(300),
    state="stopped",
    instance_class="db.m5.large",
    engine="postgres",
    storage_gib=1200,
)


def seen(*values):
    return usage_of({"DatabaseConnections.Maximum": values})


SILENT = seen(*[None] * 14)


@pytest.mark.parametrize(
    ("changed", "usage", "verdict"),
    [
        ({}, SILENT, Waste),
        ({}, seen(*[None] * 6, 0.0, *[None] * 7), Waste),
        ({}, seen(*[0.0] * 14), Waste),
        ({}, seen(5.0, *[None] * 14), Waste),
        ({}, seen(*[None] * 6, 1.0, *[None] * 7), Fine),
        ({}, seen(0.5, *[None] * 13), Fine),
        ({}, seen(*[None] * 13), Unknown),
        ({}, usage_of({}), Unknown),
        ({}, seen(*[None] * 12, 3.0), Fine),
        ({"created_at": None}, SILENT, Unknown),
        ({"created_at": ago(13.9)}, SILENT, Fine),
        ({"created_at": ago(13.9)}, usage_of({}), Fine),
        ({"state": "available"}, SILENT, Fine),
        ({"state": "stopping"}, SILENT, Fine),
        ({"state": "starting"}, SILENT, Fine),
        ({"cluster_id": "aurora"}, SILENT, Fine),
    ],
)
def test_stopped_and_unused_in_between_is_waste_and_stopped_for_the_night_is_not(changed, usage, verdict):
    assert isinstance(RULE.ask(replace(WASTEFUL, **changed), usage=usage, settings={}), verdict)


def test_it_has_no_figure_and_names_what_stays_charged():
    found = waste(RULE, WASTEFUL, seen=SILENT)
    assert found.saves == UNTOLD
    assert found.because == (
        "db.m5.large (postgres), stopped, and without a connection within the last 14 days. Its 1,200 GiB stay charged."
    )


def test_it_is_started_before_it_is_deleted():
    assert [line.split()[2] for line in RULE.hint_for(WASTEFUL).splitlines()] == [
        "start-db-instance",
        "delete-db-instance",
    ]


def test_the_days_are_a_setting():
    assert isinstance(RULE.ask(WASTEFUL, usage=SILENT, settings={"idle_days": 15}), Unknown)

"""A database to which nobody connects."""

from dataclasses import replace

import pytest

from connections.resources import Database
from findings.registry import rule
from findings.rule import ALL, Fine, Unknown, Waste
from tests.findings.evidence import ACCOUNT, ago, usage, usage_of, waste

RULE = rule("aws_rds_database_idle")
WASTEFUL = Database(
    **ACCOUNT,
    resource_id="arn:aws:rds:us-east-1:111122223333:db:reports",
    created_at=ago(300),
    state="available",
    instance_class="db.m5.large",
    engine="postgres",
    storage_gib=100,
)
QUIET = usage(days=14, DatabaseConnections_Maximum=0.0)


def last_day(value):
    return usage_of({"DatabaseConnections.Maximum": [0.0] * 13 + [value]})


@pytest.mark.parametrize(
    ("changed", "seen", "verdict"),
    [
        ({}, QUIET, Waste),
        ({"is_multi_az": True}, QUIET, Waste),
        ({}, last_day(1.0), Fine),
        ({}, last_day(0.5), Fine),
        ({}, last_day(None), Unknown),
        ({}, usage(days=13, DatabaseConnections_Maximum=0.0), Unknown),
        ({}, usage_of({}), Unknown),
        ({"created_at": ago(13)}, usage_of({}), Fine),
        ({"created_at": None}, usage_of({}), Unknown),
        ({"state": "stopped"}, QUIET, Fine),
        ({"state": "backing-up"}, QUIET, Fine),
        ({"replica_of": "main"}, QUIET, Fine),
        ({"replica_ids": ("copy",)}, QUIET, Fine),
        ({"cluster_id": "aurora"}, QUIET, Fine),
        ({"cluster_id": "aurora"}, usage_of({}), Fine),
    ],
)
def test_fourteen_days_without_a_connection_are_idle(changed, seen, verdict):
    assert isinstance(RULE.ask(replace(WASTEFUL, **changed), usage=seen, settings={}), verdict)


def test_the_sentence_names_class_engine_and_days():
    verdict = waste(RULE, WASTEFUL, seen=QUIET)
    assert verdict.saves == ALL
    assert verdict.because == "db.m5.large (postgres) without a single connection on any of the last 14 days."


def test_a_member_of_a_replication_says_why_it_is_left_alone():
    verdict = RULE.ask(replace(WASTEFUL, replica_of="main"), usage=QUIET, settings={})
    assert isinstance(verdict, Fine)
    assert "stand by" in verdict.because


def test_the_hint_names_the_database():
    assert "--db-instance-identifier reports " in RULE.hint_for(WASTEFUL)


def test_the_days_are_a_setting():
    assert isinstance(RULE.ask(WASTEFUL, usage=QUIET, settings={"idle_days": 15}), Unknown)

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


def reading(reads, writes):
    """Without connections, and with so many operations a second on the last day."""
    last = {"ReadIOPS.Average": [0.1] * 13 + [reads], "WriteIOPS.Average": [0.2] * 13 + [writes]}
    return usage_of({"DatabaseConnections.Maximum": [0.0] * 14} | last)


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
        ({}, reading(10.0, 10.0), Waste),
        ({}, reading(10.0, 10.1), Unknown),
        ({}, reading(25.0, 0.0), Unknown),
        ({}, reading(25.0, None), Waste),
        ({"state": "stopped"}, reading(25.0, 0.0), Fine),
        ({"replica_of": "main"}, reading(25.0, 0.0), Fine),
        ({}, usage_of({}), Unknown),
        ({"created_at": ago(13)}, usage_of({}), Fine),
        ({"created_at": None}, usage_of({}), Unknown),
        ({"state": "stopped"}, QUIET, Fine),
        ({"state": "backing-up"}, QUIET, Fine),
        ({"replica_of": "main"}, QUIET, Fine),
        ({"replica_ids": ("copy",)}, QUIET, Fine),
        ({"name": "reports-green-x1y2z3"}, QUIET, Fine),
        ({"name": "reports-green-house"}, QUIET, Waste),
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


def test_the_sentence_tells_reads_and_writes_where_they_are_known():
    verdict = waste(RULE, WASTEFUL, seen=reading(0.4, 1.3))
    assert verdict.because.endswith("14 days, and at most 1.7 reads and writes a second on average.")


def test_how_many_operations_an_engine_does_for_itself_is_a_setting():
    assert isinstance(RULE.ask(WASTEFUL, usage=reading(25.0, 0.0), settings={"max_iops": 30}), Waste)


def test_a_member_of_a_replication_says_why_it_is_left_alone():
    verdict = RULE.ask(replace(WASTEFUL, replica_of="main"), usage=QUIET, settings={})
    assert isinstance(verdict, Fine)
    assert "stand by" in verdict.because


def test_the_hint_names_the_database():
    assert "--db-instance-identifier reports " in RULE.hint_for(WASTEFUL)


def test_the_days_are_a_setting():
    assert isinstance(RULE.ask(WASTEFUL, usage=QUIET, settings={"idle_days": 15}), Unknown)

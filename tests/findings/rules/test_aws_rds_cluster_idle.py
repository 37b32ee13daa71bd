"""A cluster of RDS to none of whose instances anybody connects."""

from dataclasses import replace

import pytest

from connections.resources.databases import DatabaseCluster
from findings.registry import rule
from findings.rule import ALL_OF_LATE, UNTOLD, Fine, Unknown, Waste
from tests.findings.evidence import ACCOUNT, ago, usage, usage_of, waste

RULE = rule("aws_rds_cluster_idle")
WASTEFUL = DatabaseCluster(
    **ACCOUNT,
    resource_id="arn:aws:rds:us-east-1:111122223333:cluster:cluster-abc123",
    name="orders",
    created_at=ago(300),
    state="available",
    engine="aurora-mysql",
    engine_mode="provisioned",
    scalability="standard",
    member_ids=("orders-1", "orders-2"),
    writer_ids=("orders-1",),
    member_classes=("db.r6g.large",),
)
QUIET = usage(days=14, DatabaseConnections_Maximum=0.0)
SILENT = usage_of({"DatabaseConnections.Maximum": [None] * 14})
EMPTY = {"member_ids": (), "writer_ids": (), "member_classes": ()}
PAUSES = {"min_capacity": 0.0, "max_capacity": 4.0, "member_classes": ("db.serverless",)}


def reading(reads, writes):
    """Without connections, and with so many operations a second on the last day."""
    last = {"ReadIOPS.Average": [0.1] * 13 + [reads], "WriteIOPS.Average": [0.2] * 13 + [writes]}
    return usage_of({"DatabaseConnections.Maximum": [0.0] * 14} | last)


def day(at, value):
    return usage_of({"DatabaseConnections.Maximum": [value if one == at else 0.0 for one in range(14)]})


def ended(days):
    """Zero until so many days ago, nothing since."""
    return usage_of({"DatabaseConnections.Maximum": [0.0] * (14 - days) + [None] * days})


@pytest.mark.parametrize(
    ("changed", "seen", "verdict"),
    [
        ({}, QUIET, Waste),
        ({"created_at": None}, QUIET, Waste),
        ({"is_protected": True}, QUIET, Waste),
        ({"engine_mode": "", "scalability": ""}, QUIET, Waste),
        ({"member_classes": None}, QUIET, Waste),
        ({"name": "evergreen-2"}, QUIET, Waste),
        ({}, day(0, 1.0), Fine),
        ({}, day(13, 1.0), Fine),
        ({}, day(0, None), Unknown),
        ({}, day(13, None), Unknown),
        ({}, usage(days=13, DatabaseConnections_Maximum=0.0), Unknown),
        ({}, SILENT, Unknown),
        ({}, usage_of({}), Unknown),
        ({"created_at": ago(13)}, usage_of({}), Fine),
        ({"created_at": ago(13)}, usage(days=13, DatabaseConnections_Maximum=0.0), Fine),
        ({"created_at": None}, usage_of({}), Unknown),
        ({}, reading(10.0, 10.0), Waste),
        ({}, reading(10.0, 10.1), Unknown),
        ({}, reading(25.0, None), Waste),
        ({"state": "stopped"}, QUIET, Fine),
        ({"state": "stopping"}, QUIET, Fine),
        ({"state": "upgrading"}, QUIET, Unknown),
        ({"state": "creating"}, QUIET, Unknown),
        ({"state": ""}, QUIET, Unknown),
        ({"global_cluster": "catalogue"}, QUIET, Fine),
        ({"global_cluster": "catalogue", **EMPTY}, SILENT, Fine),
        ({"replica_of": "arn:aws:rds:eu-central-1:111122223333:cluster:main"}, QUIET, Fine),
        ({"copied_to": ("arn:aws:rds:eu-west-1:111122223333:cluster:copy",)}, QUIET, Fine),
        ({"name": "orders-green-x1y2z3"}, QUIET, Fine),
        ({"engine_mode": "serverless", **EMPTY}, QUIET, Unknown),
        ({"scalability": "limitless"}, QUIET, Unknown),
        (PAUSES, QUIET, Fine),
        (PAUSES, usage_of({}), Fine),
        (PAUSES | {"min_capacity": 0.5}, QUIET, Waste),
        (PAUSES | {"member_classes": ("db.r6g.large", "db.serverless")}, QUIET, Waste),
        (PAUSES | {"member_classes": None}, QUIET, Unknown),
        (EMPTY, SILENT, Waste),
        (EMPTY | {"min_capacity": 0.0, "member_classes": None}, SILENT, Waste),
        (EMPTY | {"created_at": ago(14)}, SILENT, Waste),
        (EMPTY | {"created_at": ago(13)}, SILENT, Fine),
        (EMPTY | {"created_at": None}, SILENT, Unknown),
        (EMPTY, usage_of({}), Unknown),
        (EMPTY, usage_of({"DatabaseConnections.Maximum": [None] * 13}), Unknown),
        (EMPTY, ended(5), Unknown),
        (EMPTY, day(0, 3.0), Fine),
    ],
)
def test_a_cluster_to_which_nobody_connected_for_two_weeks_is_unused(changed, seen, verdict):
    assert isinstance(RULE.ask(replace(WASTEFUL, **changed), usage=seen, settings={}), verdict)


def test_the_sentence_names_instances_engine_classes_and_days():
    verdict = waste(RULE, WASTEFUL, seen=QUIET)
    assert verdict.saves == ALL_OF_LATE
    assert verdict.because == (
        "2 instances (aurora-mysql; db.r6g.large), to none of which anybody connected on any of the last 14 days."
    )


def test_the_sentence_tells_reads_and_writes_where_they_are_known():
    verdict = waste(RULE, WASTEFUL, seen=reading(0.4, 1.3))
    assert verdict.because.endswith("14 days, and at most 1.7 reads and writes a second on average.")


@pytest.mark.parametrize(("changed", "seen"), [({}, QUIET), (EMPTY, SILENT)])
def test_what_a_clone_may_go_on_using_is_not_called_saved(changed, seen):
    verdict = waste(RULE, replace(WASTEFUL, clone_group="7f1d4c1e", **changed), seen=seen)
    assert verdict.saves == UNTOLD
    assert verdict.because.endswith(
        " It was cloned, or is a clone: storage that it shares is charged to the others when it goes."
    )


def test_the_sentence_says_that_there_is_no_instance():
    verdict = waste(RULE, replace(WASTEFUL, **EMPTY), seen=SILENT)
    assert verdict.because == (
        "No instance (aurora-mysql) and no data of one within the last 14 days: nobody can connect, and its storage "
        "is charged."
    )


def test_the_days_and_the_operations_are_settings():
    assert isinstance(RULE.ask(WASTEFUL, usage=QUIET, settings={"idle_days": 15}), Unknown)
    assert isinstance(RULE.ask(WASTEFUL, usage=reading(25.0, 0.0), settings={"max_iops": 30}), Waste)


def test_the_hint_calls_the_cluster_by_its_name_and_not_as_the_bill_does():
    assert "--db-cluster-identifier orders --final-db-snapshot-identifier orders-final" in RULE.hint_for(WASTEFUL)

"""An instance of a cluster of RDS to none of whose instances anybody connects."""

from dataclasses import replace

import pytest

from connections.resources import Database
from findings.registry import rule
from findings.rule import ALL_OF_LATE, Fine, Unknown, Waste
from tests.findings.evidence import ACCOUNT, ago, usage, usage_of, waste
from tests.findings.rules.test_aws_rds_cluster_idle import day, reading

RULE = rule("aws_rds_cluster_instance_idle")
WASTEFUL = Database(
    **ACCOUNT,
    resource_id="arn:aws:rds:us-east-1:111122223333:db:orders-2",
    name="orders-2",
    created_at=ago(200),
    state="available",
    instance_class="db.r6g.large",
    engine="aurora-mysql",
    storage_gib=1,
    cluster_id="orders",
    cluster_key="cluster-abc123",
    cluster_state="available",
    cluster_created_at=ago(300),
    cluster_mode="provisioned",
    cluster_scalability="standard",
    cluster_size=2,
    cluster_classes=("db.r6g.large",),
)
QUIET = usage(days=14, DatabaseConnections_Maximum=0.0)
PAUSES = {"cluster_min_capacity": 0.0, "cluster_classes": ("db.serverless",)}


@pytest.mark.parametrize(
    ("changed", "seen", "verdict"),
    [
        ({}, QUIET, Waste),
        ({"created_at": ago(2)}, QUIET, Waste),
        ({"is_multi_az": True}, QUIET, Waste),
        ({"cluster_id": None, "cluster_key": "", "cluster_state": None}, QUIET, Fine),
        ({"cluster_state": None, "cluster_created_at": None, "cluster_size": 0}, QUIET, Unknown),
        ({}, day(0, 1.0), Fine),
        ({}, day(13, 1.0), Fine),
        ({}, day(5, None), Unknown),
        ({}, usage_of({}), Unknown),
        ({"cluster_created_at": ago(6)}, usage_of({}), Fine),
        ({"created_at": ago(6)}, usage_of({}), Unknown),
        ({}, reading(10.0, 10.0), Waste),
        ({}, reading(10.0, 10.1), Unknown),
        ({"state": "rebooting"}, QUIET, Unknown),
        ({"cluster_state": "upgrading"}, QUIET, Unknown),
        ({"cluster_state": "stopped", "state": "stopped"}, QUIET, Fine),
        ({"cluster_joined": ("catalogue",)}, QUIET, Fine),
        ({"cluster_id": "orders-green-x1y2z3"}, QUIET, Fine),
        ({"cluster_mode": "serverless"}, QUIET, Unknown),
        ({"cluster_scalability": "limitless"}, QUIET, Unknown),
        (PAUSES, QUIET, Fine),
        (PAUSES | {"cluster_min_capacity": 0.5}, QUIET, Waste),
        (PAUSES | {"cluster_classes": None}, QUIET, Unknown),
        (PAUSES | {"cluster_classes": ("db.r6g.large", "db.serverless")}, QUIET, Waste),
    ],
)
def test_an_instance_to_whose_cluster_nobody_connected_for_two_weeks_is_unused(changed, seen, verdict):
    assert isinstance(RULE.ask(replace(WASTEFUL, **changed), usage=seen, settings={}), verdict)


def test_the_sentence_names_the_class_and_the_cluster():
    verdict = waste(RULE, WASTEFUL, seen=reading(0.4, 1.3))
    assert verdict.saves == ALL_OF_LATE
    assert verdict.because == (
        "db.r6g.large (aurora-mysql), one of 2 instances of orders, to none of which anybody connected on any of the "
        "last 14 days, and at most 1.7 reads and writes a second on average."
    )


def test_the_days_and_the_operations_are_settings():
    assert isinstance(RULE.ask(WASTEFUL, usage=QUIET, settings={"idle_days": 15}), Unknown)
    assert isinstance(RULE.ask(WASTEFUL, usage=reading(25.0, 0.0), settings={"max_iops": 30}), Waste)


def test_the_hint_names_the_instance():
    assert "--db-instance-identifier orders-2" in RULE.hint_for(WASTEFUL)


def test_where_the_cluster_could_not_be_read_that_is_what_is_said():
    said = RULE.ask(replace(WASTEFUL, cluster_state=None), usage=QUIET, settings={})
    assert said == Unknown("how its cluster is, and whether it stands in for one in another region")

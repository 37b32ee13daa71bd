"""A DocumentDB instance whose cluster nobody connects to."""

from dataclasses import replace
from decimal import Decimal

import pytest

from audits.evidence import Evidence
from connections.resources.clusters import DocumentInstance
from findings.evaluate import evaluate
from findings.registry import rule
from findings.rule import ALL, Fine, Unknown, Waste
from findings.verify import verify
from tests.findings.evidence import ACCOUNT, ago, bill, usage_of, waste

RULE = rule("aws_docdb_instance_idle")
WASTEFUL = DocumentInstance(
    **ACCOUNT,
    resource_id="arn:aws:rds:us-east-1:111122223333:db:events-1",
    name="events-1",
    created_at=ago(300),
    state="available",
    instance_class="db.r6g.large",
    cluster_id="events",
    cluster_state="available",
    cluster_created_at=ago(300),
    member_count=3,
)
KEPT: dict[str, list[float | None]] = {
    "DatabaseConnections.Maximum": [0.0] * 14,
    "DatabaseConnectionsMax.Maximum": [0.0] * 14,
}
QUIET = usage_of(KEPT)


def last_day(metric, value):
    return usage_of({**KEPT, metric: [*KEPT[metric][:13], value]})


@pytest.mark.parametrize(
    ("changed", "seen", "verdict"),
    [
        ({}, QUIET, Waste),
        ({"created_at": ago(2)}, QUIET, Waste),
        ({}, last_day("DatabaseConnections.Maximum", 1.0), Fine),
        ({}, last_day("DatabaseConnectionsMax.Maximum", 1.0), Fine),
        ({}, last_day("DatabaseConnections.Maximum", None), Unknown),
        ({}, last_day("DatabaseConnectionsMax.Maximum", None), Unknown),
        ({}, usage_of({"DatabaseConnections.Maximum": [0.0] * 14}), Unknown),
        ({}, usage_of({"DatabaseConnectionsMax.Maximum": [0.0] * 14}), Unknown),
        ({}, usage_of({name: values[1:] for name, values in KEPT.items()}), Unknown),
        ({}, usage_of({}), Unknown),
        ({"cluster_created_at": ago(6)}, usage_of({}), Fine),
        ({"cluster_created_at": None}, usage_of({}), Unknown),
        ({"created_at": ago(6)}, usage_of({}), Unknown),
        ({"state": "stopped"}, QUIET, Fine),
        ({"state": "stopping"}, QUIET, Fine),
        ({"cluster_state": "stopped"}, QUIET, Fine),
        ({"copied_to": ("arn:aws:rds:eu-west-1:111122223333:cluster:copy",)}, QUIET, Fine),
        ({"state": "backing-up"}, QUIET, Unknown),
        ({"state": "creating"}, QUIET, Unknown),
        ({"cluster_state": "upgrading"}, QUIET, Unknown),
        ({"cluster_state": None, "cluster_created_at": None, "member_count": 0}, QUIET, Unknown),
        ({"global_cluster": "catalogue"}, QUIET, Fine),
        ({"replica_of": "arn:aws:rds:eu-central-1:111122223333:cluster:main"}, QUIET, Fine),
    ],
)
def test_an_instance_to_whose_cluster_nobody_connected_for_two_weeks_is_unused(changed, seen, verdict):
    assert isinstance(RULE.ask(replace(WASTEFUL, **changed), usage=seen, settings={}), verdict)


def test_the_sentence_names_the_class_and_the_cluster():
    verdict = waste(RULE, WASTEFUL, seen=QUIET)
    assert verdict.saves == ALL
    assert verdict.because == (
        "db.r6g.large, one of 3 instances of events, to none of which anybody connected on any of the last 14 days."
    )


def test_the_days_are_a_setting():
    assert isinstance(RULE.ask(WASTEFUL, usage=QUIET, settings={"idle_days": 15}), Unknown)


def test_the_hint_names_the_instance():
    assert "--db-instance-identifier events-1" in RULE.hint_for(WASTEFUL)


@pytest.mark.parametrize(
    ("usage_type", "quantity", "confidence"),
    [
        ("InstanceUsage:db.r6g.large", "24", "VERIFIED"),
        ("InstanceUsageIOOptimized:db.r6g.large", "24", "VERIFIED"),
        ("EU-DocDB:ServerlessUsage", "12", "VERIFIED"),
        ("EU-DocDB:ServerlessV2IOOptimizedUsage", "12", "VERIFIED"),
        ("EU-DocDB:ServerlessUsage", "6", "ESTIMATED"),
        ("DocDB:StorageUsage", "24", "ESTIMATED"),
    ],
)
def test_the_bill_must_charge_half_a_unit_or_an_hour_in_each(usage_type, quantity, confidence):
    charged = bill(cost="8.4", usage_type=usage_type, consumed_quantity=Decimal(quantity), consumed_unit="Hrs")
    [judgement] = evaluate([Evidence(thing=WASTEFUL, usage=QUIET, bill=charged)], [RULE], {RULE.id: {}})
    assert verify(judgement).confidence == confidence

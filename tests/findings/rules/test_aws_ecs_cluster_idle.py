"""Clusters whose machines run nothing."""

from dataclasses import replace

import pytest

from connections.resources.containers import ContainerCluster
from findings.registry import rule
from findings.rule import UNTOLD, Fine, Unknown, Waste
from tests.findings.evidence import ACCOUNT, ago, usage_of, waste

RULE = rule("aws_ecs_cluster_idle")
WAITING = ContainerCluster(
    **ACCOUNT,
    resource_id="arn:aws:ecs:us-east-1:111122223333:cluster/batch",
    name="batch",
    state="ACTIVE",
    running_tasks=0,
    service_count=1,
    machine_count=3,
    machines_since_at=ago(90),
)


def reserved(*values):
    return usage_of({"MemoryReservation.Maximum": values})


SILENT = reserved(*[None] * 30)


@pytest.mark.parametrize(
    ("changed", "seen", "verdict"),
    [
        ({}, SILENT, Waste),
        ({}, reserved(*[0.0] * 30), Waste),
        ({"service_count": 0, "machines_since_at": ago(30)}, reserved(40.0, *[None] * 30), Waste),
        ({}, reserved(40.0, *[None] * 29), Fine),
        ({}, reserved(*[None] * 12, 3.0), Fine),
        ({"running_tasks": 1}, SILENT, Fine),
        ({"machine_count": 0, "machines_since_at": None}, SILENT, Fine),
        ({"machines_since_at": ago(29)}, SILENT, Fine),
        ({"state": "DEPROVISIONING"}, SILENT, Fine),
        ({"machine_count": None, "machines_since_at": None, "running_tasks": 4}, SILENT, Fine),
        ({}, reserved(*[None] * 29), Unknown),
        ({}, usage_of({}), Unknown),
        ({"machine_count": None, "machines_since_at": None}, SILENT, Unknown),
    ],
)
def test_machines_wait_for_nothing_where_no_task_runs_and_none_ran_for_a_month(changed, seen, verdict):
    assert isinstance(RULE.ask(replace(WAITING, **changed), usage=seen, settings={}), verdict)


@pytest.mark.parametrize(("services", "end"), [(1, "30 days, with 1 service of no task."), (0, "the last 30 days.")])
def test_the_sentence_counts_machines_and_the_services_that_are_scaled_to_none(services, end):
    found = waste(RULE, replace(WAITING, service_count=services), seen=SILENT)
    assert found.saves == UNTOLD
    assert found.because.startswith("3 machines registered, and no task ran")
    assert found.because.endswith(end)


def test_the_days_are_a_setting():
    assert isinstance(RULE.ask(WAITING, usage=SILENT, settings={"idle_days": 31}), Unknown)

"""Replication instances that replicate nothing."""

from dataclasses import replace

import pytest

from connections.resources.migrations import ReplicationInstance
from findings.registry import rule
from findings.rule import ALL, Fine, Unknown, Waste
from tests.findings.evidence import ACCOUNT, ago, waste

RULE = rule("aws_dms_replication_instance_idle")
WASTEFUL = ReplicationInstance(
    **ACCOUNT,
    resource_id="arn:aws:dms:us-east-1:111122223333:rep:ABC",
    created_at=ago(300),
    state="available",
    instance_class="dms.r5.large",
    task_states=("failed", "stopped"),
    last_worked_at=ago(75),
)
EMPTY = {"task_states": (), "last_worked_at": None}


@pytest.mark.parametrize(
    ("changed", "verdict"),
    [
        ({}, Waste),
        ({"last_worked_at": ago(30)}, Waste),
        ({"is_multi_az": True}, Waste),
        (EMPTY, Waste),
        ({"task_states": ("ready",), "last_worked_at": None}, Waste),
        (EMPTY | {"created_at": ago(30)}, Waste),
        (EMPTY | {"created_at": ago(29)}, Fine),
        ({"last_worked_at": ago(29)}, Fine),
        ({"created_at": ago(29)}, Fine),
        ({"task_states": ("running", "stopped")}, Fine),
        ({"task_states": ("starting",)}, Fine),
        ({"task_states": ("a state of later years",)}, Fine),
        ({"task_states": ("running",), "is_end_told": False}, Fine),
        ({"state": "creating"}, Fine),
        ({"state": "storage-full"}, Fine),
        ({"task_states": None}, Unknown),
        ({"is_end_told": False}, Unknown),
        ({"created_at": None}, Unknown),
    ],
)
def test_thirty_days_without_a_task_at_work_are_enough(changed, verdict):
    assert isinstance(RULE.ask(replace(WASTEFUL, **changed), usage=None, settings={}), verdict)


@pytest.mark.parametrize(
    ("changed", "because"),
    [
        ({}, "dms.r5.large with 2 tasks: the last stopped 75 days ago."),
        (EMPTY, "dms.r5.large with no task at all: none ever ran; it was made 300 days ago."),
    ],
)
def test_the_sentence_says_what_became_of_its_tasks(changed, because):
    found = waste(RULE, replace(WASTEFUL, **changed))
    assert (found.saves, found.because) == (ALL, because)


def test_the_days_are_a_setting():
    assert isinstance(RULE.ask(WASTEFUL, usage=None, settings={"unused_days": 76}), Fine)

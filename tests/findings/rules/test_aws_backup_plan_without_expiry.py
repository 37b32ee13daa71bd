"""A backup plan by which nothing expires."""

from dataclasses import replace

import pytest

from connections.resources.backups import BackupPlan
from findings.registry import rule
from findings.rule import UNTOLD, Fine, Unknown, Waste
from tests.findings.evidence import ACCOUNT, ago, waste

RULE = rule("aws_backup_plan_without_expiry")
WASTEFUL = BackupPlan(
    **ACCOUNT,
    resource_id="arn:aws:backup:us-east-1:111122223333:backup-plan:1a2b",
    name="nightly",
    last_ran_at=ago(0.5),
    endless_rules=("every-day",),
    endless_copies=412,
    endless_since_at=ago(412),
)


@pytest.mark.parametrize(
    ("changed", "verdict"),
    [
        ({}, Waste),
        ({"endless_copies": 61}, Waste),
        ({"endless_copies": 60}, Fine),
        ({"endless_copies": 0}, Fine),
        ({"endless_copies": None}, Unknown),
        ({"endless_rules": ()}, Fine),
        ({"endless_rules": (), "endless_copies": None}, Fine),
        ({"endless_rules": None}, Unknown),
        ({"last_ran_at": ago(35)}, Waste),
        ({"last_ran_at": ago(36)}, Fine),
        ({"last_ran_at": None}, Fine),
        ({"last_ran_at": ago(90), "endless_rules": None}, Fine),
    ],
)
def test_a_plan_has_no_expiry_where_a_rule_without_an_end_runs_and_keeps_many_of_one_resource(changed, verdict):
    assert isinstance(RULE.ask(replace(WASTEFUL, **changed), usage=None, settings={}), verdict)


def test_the_sentence_names_the_rules_and_how_many_they_keep():
    found = waste(RULE, WASTEFUL)
    assert found.saves == UNTOLD
    assert found.because == (
        "Its rule every-day set no end: 412 backups of one resource are kept since 2025-06-03, and each run adds one."
    )
    two = replace(WASTEFUL, endless_rules=("a", "b"), endless_since_at=None)
    assert waste(RULE, two).because == (
        "Its rules a and b set no end: 412 backups of one resource are kept, and each run adds one."
    )


def test_copies_and_days_are_settings():
    assert isinstance(RULE.ask(WASTEFUL, usage=None, settings={"max_copies": 412}), Fine)
    assert isinstance(RULE.ask(replace(WASTEFUL, last_ran_at=ago(40)), usage=None, settings={"ran_days": 40}), Waste)


def test_the_hint_names_the_plan_by_its_id():
    assert RULE.hint_for(WASTEFUL).endswith("--backup-plan-id 1a2b")

"""A backup by hand that a plan has overtaken."""

from dataclasses import replace

import pytest

from connections.resources.backups import RecoveryPoint
from findings.registry import rule
from findings.rule import ALL, UNTOLD, Fine, Unknown, Waste
from tests.findings.evidence import ACCOUNT, ago, waste

RULE = rule("aws_backup_recovery_point_superseded")
SOURCE = "arn:aws:elasticfilesystem:us-east-1:111122223333:file-system/fs-1"
WASTEFUL = RecoveryPoint(
    **ACCOUNT,
    resource_id="arn:aws:backup:us-east-1:111122223333:recovery-point:1a2b",
    name="shared",
    created_at=ago(300.5),
    state="COMPLETED",
    vault_name="main",
    source=SOURCE,
    is_endless=True,
    is_plan_present=False,
    are_points_read=True,
    newest_at=ago(1),
    newest_planned_at=ago(1),
    is_held=False,
)
SNAPSHOT = replace(WASTEFUL, resource_id="arn:aws:ec2:us-east-1::snapshot/snap-1", name="")


@pytest.mark.parametrize(
    ("changed", "verdict"),
    [
        ({}, Waste),
        ({"created_at": ago(180)}, Waste),
        ({"created_at": ago(179.9)}, Fine),
        ({"created_at": None}, Unknown),
        ({"state": "EXPIRED"}, Fine),
        ({"state": "PARTIAL"}, Fine),
        ({"is_endless": False}, Fine),
        ({"is_apart": True}, Fine),
        ({"is_copy": True}, Fine),
        ({"is_part": True}, Fine),
        ({"last_restored_at": ago(20)}, Fine),
        ({"last_restored_at": ago(200)}, Waste),
        ({"plan_id": "p-1"}, Fine),
        ({"newest_planned_at": None}, Fine),
        ({"newest_planned_at": ago(400)}, Fine),
        ({"newest_planned_at": ago(300.5)}, Fine),
        ({"newest_planned_at": ago(200)}, Waste),
        ({"are_points_read": False, "newest_planned_at": None}, Unknown),
        ({"are_points_read": False, "created_at": ago(20)}, Fine),
        ({"is_held": None}, Unknown),
        ({"is_held": True}, Unknown),
    ],
)
def test_a_backup_by_hand_is_overtaken_where_a_plan_has_backed_the_same_up_since(changed, verdict):
    assert isinstance(RULE.ask(replace(WASTEFUL, **changed), usage=None, settings={}), verdict)


def test_the_sentence_says_of_what_it_is_and_when_a_plan_last_backed_that_up():
    found = waste(RULE, WASTEFUL)
    assert found.saves == ALL
    assert found.because == (
        "Taken by hand 300 days ago of shared, with no end set; a plan has backed the same up since, last on 2026-07-19."
    )
    assert SOURCE in waste(RULE, replace(WASTEFUL, name="")).because


def test_a_snapshot_has_no_figure_of_its_own_as_its_own_line_of_the_bill_is_told_beside_it():
    assert waste(RULE, SNAPSHOT).saves == UNTOLD


def test_the_days_are_a_setting():
    assert isinstance(RULE.ask(WASTEFUL, usage=None, settings={"old_days": 301}), Fine)


def test_the_hint_names_the_vault_and_the_backup_as_aws_backup_does():
    assert RULE.hint_for(SNAPSHOT).endswith(
        "--backup-vault-name main --recovery-point-arn arn:aws:ec2:us-east-1::snapshot/snap-1"
    )

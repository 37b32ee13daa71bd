"""A backup left over of a plan that is gone."""

from dataclasses import replace

import pytest

from findings.registry import rule
from findings.rule import ALL, UNTOLD, Fine, Unknown, Waste
from tests.findings.evidence import ago, waste
from tests.findings.rules.test_aws_backup_recovery_point_superseded import SNAPSHOT
from tests.findings.rules.test_aws_backup_recovery_point_superseded import WASTEFUL as BY_HAND

RULE = rule("aws_backup_recovery_point_left_over")
OF_LOST_PLAN = {"plan_id": "p-1", "created_at": ago(500.5), "newest_at": ago(300), "newest_planned_at": ago(300)}
WASTEFUL = replace(BY_HAND, **OF_LOST_PLAN)


@pytest.mark.parametrize(
    ("changed", "verdict"),
    [
        ({}, Waste),
        ({"newest_at": ago(180)}, Waste),
        ({"newest_at": ago(179)}, Fine),
        ({"newest_at": ago(500.5)}, Unknown),
        ({"newest_at": None}, Unknown),
        ({"plan_id": ""}, Fine),
        ({"is_plan_present": True}, Fine),
        ({"is_plan_present": None}, Unknown),
        ({"is_plan_present": None, "created_at": ago(20)}, Fine),
        ({"created_at": ago(179.9)}, Fine),
        ({"created_at": None}, Unknown),
        ({"state": "DELETING"}, Fine),
        ({"is_endless": False}, Fine),
        ({"is_apart": True}, Fine),
        ({"is_copy": True}, Fine),
        ({"is_part": True}, Fine),
        ({"last_restored_at": ago(20)}, Fine),
        ({"are_points_read": False, "newest_at": None}, Unknown),
        ({"is_held": None}, Unknown),
    ],
)
def test_a_backup_is_left_over_where_its_plan_is_gone_and_a_newer_one_of_the_same_is_kept(changed, verdict):
    assert isinstance(RULE.ask(replace(WASTEFUL, **changed), usage=None, settings={}), verdict)


def test_the_sentence_says_what_is_kept_besides():
    found = waste(RULE, WASTEFUL)
    assert found.saves == ALL
    assert found.because == (
        "Made 500 days ago of shared by a plan that is gone, with no end set; a newer one is kept, of 2025-09-23, and "
        "nothing has backed it up since."
    )
    assert waste(RULE, replace(SNAPSHOT, **OF_LOST_PLAN)).saves == UNTOLD


def test_the_days_are_a_setting():
    assert isinstance(RULE.ask(WASTEFUL, usage=None, settings={"quiet_days": 301}), Fine)

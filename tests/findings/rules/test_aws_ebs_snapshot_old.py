"""An old snapshot of a volume that lives on."""

from dataclasses import replace

import pytest

from connections.resources import Snapshot
from findings.registry import rule
from findings.rule import ALL, Fine, Unknown, Waste
from tests.findings.evidence import ACCOUNT, ago, waste

RULE = rule("aws_ebs_snapshot_old")
WASTEFUL = Snapshot(
    **ACCOUNT,
    resource_id="arn:aws:ec2:us-east-1:111122223333:snapshot/snap-1",
    created_at=ago(200),
    size_gib=100,
    state="completed",
    volume_id="vol-1",
    is_volume_present=True,
    image_ids=(),
)


@pytest.mark.parametrize(
    ("changed", "verdict"),
    [
        ({}, Waste),
        ({"created_at": ago(90)}, Waste),
        ({"created_at": ago(90 - 1 / 86400)}, Fine),
        ({"created_at": ago(1), "image_ids": None, "is_volume_present": None}, Fine),
        ({"created_at": None}, Unknown),
        ({"image_ids": ("ami-1",)}, Fine),
        ({"image_ids": None}, Unknown),
        ({"is_volume_present": False}, Fine),
        ({"is_volume_present": None}, Unknown),
        ({"managed_by": "backup"}, Fine),
        ({"managed_by": "dlm", "image_ids": None}, Fine),
        ({"managed_by": "ami"}, Fine),
        ({"state": "pending"}, Fine),
        ({"state": "error"}, Fine),
        ({"storage_tier": "archive"}, Fine),
        ({"storage_tier": "archive", "image_ids": None, "is_volume_present": None}, Fine),
    ],
)
def test_a_snapshot_is_old_from_the_ninetieth_day_on(changed, verdict):
    assert isinstance(RULE.ask(replace(WASTEFUL, **changed), usage=None, settings={}), verdict)


def test_the_sentence_names_age_and_volume():
    verdict = waste(RULE, WASTEFUL)
    assert verdict.saves == ALL
    assert verdict.because.startswith("Taken 200 days ago of vol-1, which still stands;")


def test_the_days_are_a_setting():
    assert isinstance(RULE.ask(WASTEFUL, usage=None, settings={"old_days": 201}), Fine)


def test_the_hint_uses_the_name_that_the_api_knows():
    assert RULE.hint_for(WASTEFUL).endswith("--snapshot-id snap-1")

"""A snapshot whose volume is gone."""

from dataclasses import replace

import pytest

from connections.resources import Snapshot
from findings.registry import rule
from findings.rule import ALL, Fine, Unknown, Waste
from tests.findings.evidence import ACCOUNT, ago, waste

RULE = rule("aws_ebs_snapshot_orphaned")
WASTEFUL = Snapshot(
    **ACCOUNT,
    resource_id="snap-1",
    created_at=ago(60),
    size_gib=100,
    state="completed",
    volume_id="vol-1",
    is_volume_present=False,
    image_ids=(),
)


@pytest.mark.parametrize(
    ("changed", "verdict"),
    [
        ({}, Waste),
        ({"created_at": ago(30)}, Waste),
        ({"created_at": ago(30 - 1 / 86400)}, Fine),
        ({"created_at": None}, Unknown),
        ({"is_volume_present": True}, Fine),
        ({"is_volume_present": None}, Unknown),
        ({"volume_id": None}, Unknown),
        ({"volume_id": "vol-ffffffff"}, Unknown),
        ({"image_ids": ("ami-1",)}, Fine),
        ({"image_ids": None}, Unknown),
        ({"managed_by": "backup"}, Fine),
        ({"managed_by": "dlm"}, Fine),
        ({"managed_by": "ami"}, Fine),
        ({"state": "pending"}, Fine),
        ({"storage_tier": "archive"}, Fine),
        ({"storage_tier": "archive", "image_ids": None, "is_volume_present": None}, Fine),
    ],
)
def test_a_snapshot_of_a_gone_volume_is_waste_from_the_thirtieth_day_on(changed, verdict):
    assert isinstance(RULE.ask(replace(WASTEFUL, **changed), usage=None, settings={}), verdict)


def test_the_sentence_names_age_and_volume():
    verdict = waste(RULE, WASTEFUL)
    assert verdict.saves == ALL
    assert verdict.because.startswith("Taken 60 days ago of vol-1, which is gone;")


def test_no_snapshot_is_both_old_and_orphaned():
    old = rule("aws_ebs_snapshot_old")
    for present in (True, False, None):
        snapshot = replace(WASTEFUL, created_at=ago(400), is_volume_present=present)
        verdicts = [one.ask(snapshot, usage=None, settings={}) for one in (RULE, old)]
        assert sum(isinstance(verdict, Waste) for verdict in verdicts) <= 1

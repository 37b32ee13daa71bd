"""Volumes with very many provisioned IOPS that no minute comes near."""

from dataclasses import replace
from decimal import Decimal

import pytest

from connections.resources import Volume
from findings.registry import rule
from findings.rule import UNTOLD, Fine, Share, Unknown, Waste
from tests.findings.evidence import ACCOUNT, ago, usage_of, waste
from tests.findings.volume_days import MISSING, QUIET, month

RULE = rule("aws_ebs_volume_iops_high")
WASTEFUL = Volume(
    **ACCOUNT,
    resource_id="vol-1",
    created_at=ago(300),
    volume_type="io1",
    size_gib=800,
    state="in-use",
    iops=40_000,
    attached_to=("i-1",),
)


@pytest.mark.parametrize(
    ("changed", "seen", "verdict"),
    [
        ({}, month(), Waste),
        ({"volume_type": "io2"}, month(), Waste),
        ({}, month((9_000_000, 4_999, 9)), Waste),
        ({}, month((9_000_000, 5_000, 9)), Fine),
        ({}, month((9_000_000, 39_000, 9), *[QUIET] * 29), Fine),
        ({}, month((9_000_000, 39_000, 9), *[QUIET] * 30, days=31), Waste),
        ({}, month((9_000_000, 900, 125)), Fine),
        ({}, month((9_000_000, 900, 700)), Fine),
        ({}, month(MISSING), Unknown),
        ({}, month((60_000, 150, None)), Unknown),
        ({}, usage_of({}), Unknown),
        ({}, month((500_000, 0.2, 9)), Unknown),
        ({"created_at": ago(9)}, month(usual=MISSING), Fine),
        ({"iops": 32_000}, month(), Fine),
        ({"iops": 32_001}, month(), Waste),
        ({"iops": None}, month(), Unknown),
        ({"attached_to": ("i-1", "i-2")}, month(), Fine),
        ({"is_multi_attach": True}, month(), Fine),
        ({"volume_type": "gp3"}, month(), Fine),
        ({"state": "available"}, month(), Fine),
        ({"state": "deleting"}, month(), Fine),
    ],
)
def test_half_is_too_much_where_no_minute_comes_near_the_other_half(changed, seen, verdict):
    assert isinstance(RULE.ask(replace(WASTEFUL, **changed), usage=seen, settings={}), verdict)


def test_half_of_the_iops_is_saved_and_of_those_priced_in_tiers_it_is_not_told_how_much():
    half = Share(fraction=Decimal("0.5"), part_of=("EBS:VolumeP-IOPS.piops",))
    assert waste(RULE, WASTEFUL, seen=month()).saves == half
    assert waste(RULE, replace(WASTEFUL, volume_type="io2"), seen=month()).saves == UNTOLD


def test_the_sentence_says_what_is_enough():
    because = waste(RULE, WASTEFUL, seen=month()).because
    assert because.startswith("40,000 provisioned IOPS: in the busiest minute of the last 30 days it did at most 150")
    assert because.endswith("so that 20,000 are enough.")


def test_the_limits_are_settings():
    assert isinstance(RULE.ask(WASTEFUL, usage=month(), settings={"high_iops": 50_000}), Fine)
    assert isinstance(RULE.ask(WASTEFUL, usage=month(), settings={"peak_percent": 0.5}), Fine)

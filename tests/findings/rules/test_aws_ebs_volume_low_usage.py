"""Volumes on running instances that nothing reads or writes."""

from dataclasses import replace

import pytest

from connections.resources import Volume
from findings.registry import rule
from findings.rule import ALL, Fine, Unknown, Waste
from tests.findings.evidence import ACCOUNT, ago, usage_of, waste
from tests.findings.volume_days import MISSING, month

RULE = rule("aws_ebs_volume_low_usage")
WASTEFUL = Volume(
    **ACCOUNT,
    resource_id="vol-1",
    created_at=ago(300),
    volume_type="gp3",
    size_gib=100,
    state="in-use",
    attached_to=("i-1",),
    attached_states=("running",),
)
HARDLY, STILL = (24, 0.1, 0.1), month(usual=(24, 0.1, 0.1))
TWO = ("i-1", "i-2")


@pytest.mark.parametrize(
    ("changed", "seen", "verdict"),
    [
        ({}, STILL, Waste),
        ({}, month(usual=(0, 0, 0)), Waste),
        ({}, month((100, 1, 1), usual=HARDLY), Waste),
        ({}, month((101, 1, 1), usual=HARDLY), Fine),
        ({}, month((900, 1, 1), *[HARDLY] * 29), Fine),
        ({}, month((900, 1, 1), *[HARDLY] * 30, days=31), Waste),
        ({}, month((900, 1, 1), MISSING, usual=HARDLY), Fine),
        ({}, month(MISSING, usual=HARDLY), Unknown),
        ({}, month(usual=MISSING), Unknown),
        ({}, usage_of({"VolumeReadOps.Sum": [0.0] * 30}), Unknown),
        ({}, usage_of({}), Unknown),
        ({"created_at": ago(20)}, month(usual=MISSING), Fine),
        ({"created_at": ago(20)}, month(*[HARDLY] * 20, usual=MISSING), Fine),
        ({"created_at": None}, month(MISSING, usual=HARDLY), Unknown),
        ({"is_deleted_with_instance": True}, STILL, Fine),
        ({"is_root": True}, STILL, Fine),
        ({"tags": {"kubernetes.io/created-for/pvc/name": "data"}}, STILL, Fine),
        ({"tags": {"CSIVolumeName": "pvc-1"}}, STILL, Fine),
        ({"attached_states": ("stopped",)}, STILL, Fine),
        ({"attached_states": ("stopping",)}, STILL, Fine),
        ({"attached_states": None}, STILL, Unknown),
        ({"attached_to": TWO}, STILL, Unknown),
        ({"attached_to": TWO, "attached_states": ("running", "running")}, STILL, Waste),
        ({"attached_to": TWO, "attached_states": ("running", "stopped")}, STILL, Fine),
        ({"attached_to": (), "attached_states": (), "state": "available"}, STILL, Fine),
        ({"state": "deleting"}, STILL, Fine),
    ],
)
def test_a_volume_is_hardly_used_where_every_day_is_known_and_none_has_more_than_a_few(changed, seen, verdict):
    assert isinstance(RULE.ask(replace(WASTEFUL, **changed), usage=seen, settings={}), verdict)


def test_the_sentence_names_the_machine_and_the_busiest_day():
    verdict = waste(RULE, WASTEFUL, seen=month((60, 1, 1), usual=HARDLY))
    assert verdict.saves == ALL
    assert verdict.because == "100 GiB on i-1: at most 60 reads and writes on any of the last 30 days."


def test_the_limit_is_a_setting():
    assert isinstance(RULE.ask(WASTEFUL, usage=STILL, settings={"max_operations": 23}), Fine)

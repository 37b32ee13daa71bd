"""Elastic file systems that nobody connects to."""

from dataclasses import replace

import pytest

from connections.resources.files import FileShare
from findings.registry import rule
from findings.rule import ALL, UNTOLD, Fine, Unknown, Waste
from tests.findings.evidence import ACCOUNT, ago, usage_of, waste

RULE = rule("aws_efs_file_system_idle")
GIB = 1024**3
WASTEFUL = FileShare(
    **ACCOUNT,
    resource_id="fs-1",
    created_at=ago(300),
    state="available",
    size_bytes=90 * GIB,
    standard_bytes=90 * GIB,
    mount_targets=2,
    is_tiered=True,
)
SHUT = {"mount_targets": 0}


def seen(io, connections):
    return usage_of({"TotalIOBytes.Sum": io, "ClientConnections.Sum": connections})


STILL = seen([0.0] * 30, [0.0] * 30)
SILENT = seen([None] * 30, [None] * 30)
NEVER_READ = usage_of({})


@pytest.mark.parametrize(
    ("changed", "usage", "verdict"),
    [
        ({}, STILL, Waste),
        ({}, seen([9.0, *[0.0] * 30], [9.0, *[0.0] * 30]), Waste),
        ({"size_bytes": None}, STILL, Waste),
        (SHUT, STILL, Waste),
        (SHUT, SILENT, Waste),
        (SHUT, seen([None] * 29 + [0.0], [None] * 30), Waste),
        ({}, seen([0.0] * 30, [*[0.0] * 29, 1.0]), Fine),
        ({}, seen([5.0, *[0.0] * 29], [0.0] * 30), Fine),
        (SHUT, seen([None] * 29 + [7.0], [None] * 30), Fine),
        ({}, SILENT, Unknown),
        ({}, seen([0.0] * 30, [None] * 30), Unknown),
        ({}, seen([None, *[0.0] * 29], [0.0] * 30), Unknown),
        ({}, usage_of({"TotalIOBytes.Sum": [0.0] * 30}), Unknown),
        ({}, NEVER_READ, Unknown),
        (SHUT, NEVER_READ, Unknown),
        (SHUT, seen([None] * 29, [None] * 29), Unknown),
        (SHUT, usage_of({"TotalIOBytes.Sum": [None] * 30}), Unknown),
        ({"mount_targets": None}, SILENT, Unknown),
        ({"created_at": None}, STILL, Unknown),
        ({"created_at": ago(29)}, STILL, Fine),
        ({"created_at": ago(29)}, NEVER_READ, Fine),
        ({"is_replica": True}, STILL, Fine),
        ({"tags": {"ManagedByAmazonSageMakerResource": "arn:aws:sagemaker:::domain/d-1"}}, STILL, Fine),
        ({"size_bytes": 0}, STILL, Fine),
        ({"state": "creating"}, STILL, Fine),
        ({"state": "deleting"}, STILL, Fine),
    ],
)
def test_it_is_idle_where_each_day_is_known_or_nothing_can_get_in(changed, usage, verdict):
    assert isinstance(RULE.ask(replace(WASTEFUL, **changed), usage=usage, settings={}), verdict)


@pytest.mark.parametrize(
    ("changed", "because"),
    [
        ({}, "90.0 GiB: nobody connected over the last 30 days."),
        (SHUT, "90.0 GiB: it has no mount target, and nobody connected over the last 30 days."),
    ],
)
def test_the_sentence_says_how_much_it_holds(changed, because):
    found = waste(RULE, replace(WASTEFUL, **changed), seen=STILL)
    assert (found.saves, found.because) == (ALL, because)


@pytest.mark.parametrize(
    ("changed", "saves"),
    [
        ({"standard_bytes": 45 * GIB}, ALL),
        ({"standard_bytes": None}, ALL),
        ({"size_bytes": None}, ALL),
        ({"standard_bytes": 44 * GIB}, UNTOLD),
        ({"standard_bytes": 0}, UNTOLD),
    ],
)
def test_where_most_of_it_is_cheaper_than_a_backup_no_saving_is_claimed(changed, saves):
    found = waste(RULE, replace(WASTEFUL, **changed), seen=STILL)
    assert found.saves == saves
    assert ("cheaper than a backup" in found.because) == (saves == UNTOLD)


def test_the_days_are_a_setting():
    assert isinstance(RULE.ask(WASTEFUL, usage=STILL, settings={"idle_days": 31}), Unknown)

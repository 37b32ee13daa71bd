"""FSx file systems that nobody reads or writes."""

from dataclasses import replace

import pytest

from connections.resources.files import FileSystem
from findings.registry import rule
from findings.rule import ALL, Fine, Unknown, Waste
from tests.findings.evidence import ACCOUNT, ago, usage_of, waste

RULE = rule("aws_fsx_file_system_idle")
WASTEFUL = FileSystem(
    **ACCOUNT,
    resource_id="fs-1",
    created_at=ago(300),
    state="AVAILABLE",
    system_type="WINDOWS",
    storage_gib=1200,
    storage_type="SSD",
)


def seen(reads, writes):
    return usage_of({"DataReadOperations.Sum": reads, "DataWriteOperations.Sum": writes})


STILL = seen([0.0] * 30, [0.0] * 30)


@pytest.mark.parametrize(
    ("changed", "usage", "verdict"),
    [
        ({}, STILL, Waste),
        ({"system_type": "LUSTRE"}, STILL, Waste),
        ({"storage_type": "HDD"}, STILL, Waste),
        ({}, seen([4.0, *[0.0] * 30], [0.0] * 31), Waste),
        ({}, seen([1.0, *[0.0] * 29], [0.0] * 30), Fine),
        ({}, seen([0.0] * 30, [*[0.0] * 29, 1.0]), Fine),
        ({}, seen([None] * 29 + [1.0], [None] * 30), Fine),
        ({"system_type": "ONTAP"}, STILL, Unknown),
        ({"system_type": "OPENZFS"}, STILL, Unknown),
        ({"system_type": "ONTAP"}, seen([1.0] * 30, [0.0] * 30), Fine),
        ({}, seen([None] * 30, [None] * 30), Unknown),
        ({}, seen([None, *[0.0] * 29], [0.0] * 30), Unknown),
        ({}, usage_of({"DataReadOperations.Sum": [0.0] * 30}), Unknown),
        ({}, usage_of({}), Unknown),
        ({"created_at": None}, STILL, Unknown),
        ({"created_at": ago(29)}, STILL, Fine),
        ({"created_at": ago(29)}, usage_of({}), Fine),
        ({"state": "CREATING"}, STILL, Fine),
        ({"state": "MISCONFIGURED"}, STILL, Fine),
        ({"state": "DELETING"}, STILL, Fine),
    ],
)
def test_thirty_known_days_without_an_operation_are_idle_but_where_another_may_be_mirrored_to_it(
    changed, usage, verdict
):
    assert isinstance(RULE.ask(replace(WASTEFUL, **changed), usage=usage, settings={}), verdict)


def test_the_sentence_says_its_size_and_type():
    found = waste(RULE, WASTEFUL, seen=STILL)
    assert found.saves == ALL
    assert found.because == "1,200 GiB (WINDOWS): no read and no write over the last 30 days."


def test_the_days_are_a_setting():
    assert isinstance(RULE.ask(WASTEFUL, usage=STILL, settings={"idle_days": 31}), Unknown)


def test_the_hint_takes_a_backup_before_it_deletes():
    commands = [line.split()[2] for line in RULE.hint_for(WASTEFUL).splitlines()]
    assert commands == ["create-backup", "describe-backups", "delete-file-system"]

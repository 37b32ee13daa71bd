"""An old snapshot, taken by hand, of a database that lives on and is backed up by itself."""

from dataclasses import replace

import pytest

from connections.resources.databases import DatabaseSnapshot
from findings.registry import rule
from findings.rule import ALL, Fine, Unknown, Waste
from tests.findings.evidence import ago, waste
from tests.findings.rules.database_snapshot import SPOKEN_FOR, TAKEN

RULE = rule("aws_rds_snapshot_old")
WASTEFUL = DatabaseSnapshot(**TAKEN, is_source_present=True, is_source_backed_up=True)


def said(changed):
    return RULE.ask(replace(WASTEFUL, **changed), usage=None, settings={})


@pytest.mark.parametrize(
    ("changed", "verdict"),
    [
        ({}, Waste),
        ({"created_at": ago(90)}, Waste),
        ({"snapshot_of": "db-cluster"}, Waste),
        ({"last_exported_at": ago(90)}, Waste),
        ({"is_source_present": False, "is_source_backed_up": None}, Fine),
        ({"is_source_present": False, "shared_with": None}, Fine),
        ({"is_source_backed_up": False}, Fine),
        ({"is_source_present": None}, Unknown),
        *SPOKEN_FOR,
    ],
)
def test_a_snapshot_is_old_from_the_ninetieth_day_on_unless_something_speaks_for_it(changed, verdict):
    assert isinstance(said(changed), verdict)


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"is_source_backed_up": False}, "all there is"),
        ({"copied_from": "eu-west-1"}, "Copied from eu-west-1"),
        ({"shared_with": ("1", "2")}, "2 other accounts"),
        ({"shared_with": ("all",)}, "everybody"),
        ({"last_exported_at": ago(3)}, "Exported on 2026-07-17"),
        ({"managed_by": "backup"}, "AWS Backup"),
    ],
)
def test_what_speaks_for_it_is_told(changed, words):
    assert words in said(changed).because


def test_the_sentence_names_age_and_database():
    verdict = waste(RULE, WASTEFUL)
    assert verdict.saves == ALL
    assert verdict.because.startswith("Taken by hand 200 days ago of shop (postgres), which still stands")


def test_the_days_are_a_setting():
    assert isinstance(RULE.ask(WASTEFUL, usage=None, settings={"old_days": 201}), Fine)


@pytest.mark.parametrize("of", ["db", "db-cluster"])
def test_the_hint_deletes_the_kind_of_snapshot_that_it_is(of):
    hint = RULE.hint_for(replace(WASTEFUL, snapshot_of=of))
    assert hint.startswith(f"aws rds delete-{of}-snapshot --region us-east-1 ")
    assert hint.endswith(f"--{of}-snapshot-identifier before-release")

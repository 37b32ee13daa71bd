"""A snapshot, taken by hand, whose database is gone."""

from dataclasses import replace

import pytest

from connections.resources.databases import DatabaseSnapshot
from findings.registry import rule
from findings.rule import ALL, Fine, Unknown, Waste
from tests.findings.evidence import ago, waste
from tests.findings.rules.database_snapshot import SPOKEN_FOR, TAKEN

RULE = rule("aws_rds_snapshot_orphaned")
WASTEFUL = DatabaseSnapshot(**TAKEN, is_source_present=False)


@pytest.mark.parametrize(
    ("changed", "verdict"),
    [
        ({}, Waste),
        ({"created_at": ago(90)}, Waste),
        ({"snapshot_of": "db-cluster"}, Waste),
        ({"last_exported_at": ago(90)}, Waste),
        ({"is_source_present": True, "is_source_backed_up": True}, Fine),
        ({"is_source_present": True, "shared_with": None}, Fine),
        ({"is_source_present": None}, Unknown),
        *SPOKEN_FOR,
    ],
)
def test_a_snapshot_is_left_over_when_its_database_is_gone_and_nothing_speaks_for_it(changed, verdict):
    assert isinstance(RULE.ask(replace(WASTEFUL, **changed), usage=None, settings={}), verdict)


def test_the_sentence_names_age_and_database():
    verdict = waste(RULE, WASTEFUL)
    assert verdict.saves == ALL
    assert verdict.because.startswith("Taken by hand 200 days ago of shop (postgres), which is gone;")


def test_the_days_are_a_setting():
    assert isinstance(RULE.ask(WASTEFUL, usage=None, settings={"orphaned_days": 201}), Fine)


def test_the_hint_names_the_snapshot():
    assert RULE.hint_for(WASTEFUL).endswith(
        "delete-db-snapshot --region us-east-1 --db-snapshot-identifier before-release"
    )

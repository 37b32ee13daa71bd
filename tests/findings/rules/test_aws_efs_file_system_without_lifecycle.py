"""Elastic file systems whose files never move to a cheaper class."""

from dataclasses import replace

import pytest

from connections.resources.files import FileShare
from findings.registry import rule
from findings.rule import UNTOLD, Fine, Unknown, Waste
from tests.findings.evidence import ACCOUNT, ago, waste

RULE = rule("aws_efs_file_system_without_lifecycle")
GIB = 1024**3
WASTEFUL = FileShare(
    **ACCOUNT,
    resource_id="fs-1",
    created_at=ago(300),
    state="available",
    size_bytes=310 * GIB,
    standard_bytes=300 * GIB,
    mount_targets=2,
    is_tiered=False,
)


@pytest.mark.parametrize(
    ("changed", "verdict"),
    [
        ({}, Waste),
        ({"mount_targets": 0}, Waste),
        ({"standard_bytes": 10 * GIB}, Waste),
        ({"created_at": ago(60)}, Waste),
        ({"standard_bytes": 10 * GIB - 1}, Fine),
        ({"standard_bytes": 0}, Fine),
        ({"created_at": ago(59)}, Fine),
        ({"is_tiered": True}, Fine),
        ({"is_tiered": True, "standard_bytes": None}, Fine),
        ({"is_replica": True}, Fine),
        ({"state": "updating"}, Fine),
        ({"is_tiered": None}, Unknown),
        ({"is_tiered": None, "standard_bytes": 5}, Fine),
        ({"standard_bytes": None}, Unknown),
        ({"created_at": None}, Unknown),
    ],
)
def test_what_is_large_and_old_enough_needs_a_lifecycle(changed, verdict):
    assert isinstance(RULE.ask(replace(WASTEFUL, **changed), usage=None, settings={}), verdict)


def test_it_has_no_figure_since_nobody_knows_what_is_read():
    found = waste(RULE, WASTEFUL)
    assert found.saves == UNTOLD
    assert found.because == (
        "300.0 GiB lie in the dearest class after 300 days, and nothing moves what nobody reads to a cheaper one."
    )


@pytest.mark.parametrize("settings", [{"min_standard_gib": 301}, {"min_age_days": 301}])
def test_size_and_age_are_settings(settings):
    assert isinstance(RULE.ask(WASTEFUL, usage=None, settings=settings), Fine)

"""Large buckets whose lifecycle moves and deletes nothing that stands."""

from dataclasses import replace

import pytest

from connections.resources.buckets import Bucket
from findings.registry import rule
from findings.rule import UNTOLD, Fine, Unknown, Waste
from tests.findings.evidence import ACCOUNT, ago, usage_of, waste

RULE = rule("aws_s3_bucket_without_tiering")
GIB = 1024**3
WASTEFUL = Bucket(
    **ACCOUNT,
    resource_id="northwind-media",
    created_at=ago(300),
    lifecycle_rules=2,
    ends_uploads=True,
    ends_versions=True,
    moves_objects=False,
    versioning="Enabled",
)


def size(*gib):
    return usage_of({"BucketSizeBytes.Average": [None if one is None else float(one * GIB) for one in gib]})


LARGE = size(*[3000] * 14)


@pytest.mark.parametrize(
    ("changed", "seen", "verdict"),
    [
        ({}, LARGE, Waste),
        ({"ends_uploads": False, "ends_versions": None, "versioning": None}, LARGE, Waste),
        ({}, size(*[1000] * 14), Waste),
        ({}, size(*[3000] * 12, None, None), Waste),
        ({}, size(*[3000] * 13, 999), Fine),
        ({"created_at": ago(90)}, LARGE, Waste),
        ({"created_at": ago(89)}, LARGE, Fine),
        ({"created_at": None}, LARGE, Unknown),
        ({"moves_objects": True}, LARGE, Fine),
        ({"moves_objects": True}, usage_of({}), Fine),
        ({"lifecycle_rules": 0}, LARGE, Fine),
        ({"lifecycle_rules": 0}, usage_of({}), Fine),
        ({"lifecycle_rules": None, "moves_objects": None}, LARGE, Unknown),
        ({"lifecycle_rules": None, "moves_objects": None}, size(5), Fine),
        ({}, usage_of({}), Unknown),
        ({}, size(*[None] * 14), Unknown),
    ],
)
def test_what_is_large_and_old_needs_a_rule_that_moves_something(changed, seen, verdict):
    assert isinstance(RULE.ask(replace(WASTEFUL, **changed), usage=seen, settings={}), verdict)


def test_it_has_no_figure_since_nobody_tells_what_is_read():
    found = waste(RULE, WASTEFUL, seen=LARGE)
    assert found.saves == UNTOLD
    assert found.because == (
        "3,000.0 GiB lie in Standard after 300 days. Of its 2 lifecycle rules none moves or deletes an object that "
        "stands."
    )


@pytest.mark.parametrize("settings", [{"min_stored_gib": 3001}, {"min_age_days": 301}])
def test_size_and_age_are_settings(settings):
    assert isinstance(RULE.ask(WASTEFUL, usage=LARGE, settings=settings), Fine)

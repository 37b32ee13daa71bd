"""Buckets that keep for ever what has been overwritten."""

from dataclasses import replace

import pytest

from connections.resources.buckets import Bucket
from findings.registry import rule
from findings.rule import UNTOLD, Fine, Unknown, Waste
from tests.findings.evidence import ACCOUNT, ago, usage_of, waste

RULE = rule("aws_s3_bucket_versions_unexpired")
GIB = 1024**3
WASTEFUL = Bucket(
    **ACCOUNT,
    resource_id="northwind-media",
    created_at=ago(300),
    lifecycle_rules=1,
    ends_uploads=True,
    ends_versions=False,
    versioning="Enabled",
)


def size(*gib):
    return usage_of({"BucketSizeBytes.Average": [None if one is None else float(one * GIB) for one in gib]})


LARGE = size(*[700] * 14)


@pytest.mark.parametrize(
    ("changed", "seen", "verdict"),
    [
        ({}, LARGE, Waste),
        ({"versioning": "Suspended"}, LARGE, Waste),
        ({"lifecycle_rules": 0, "ends_uploads": False}, LARGE, Waste),
        ({}, size(*[100] * 14), Waste),
        ({}, size(*[700] * 12, None, None), Waste),
        ({}, size(700, *[None] * 13), Waste),
        ({}, size(*[700] * 13, 99), Fine),
        ({}, size(99.0), Fine),
        ({"ends_versions": True}, LARGE, Fine),
        ({"ends_versions": True}, usage_of({}), Fine),
        ({"versioning": ""}, LARGE, Fine),
        ({"versioning": "", "ends_versions": None}, usage_of({}), Fine),
        ({}, usage_of({}), Unknown),
        ({}, size(*[None] * 14), Unknown),
        ({"versioning": None}, LARGE, Unknown),
        ({"ends_versions": None}, LARGE, Unknown),
        ({"ends_versions": None}, size(5), Fine),
    ],
)
def test_what_keeps_versions_and_holds_much_needs_a_rule_that_ends_them(changed, seen, verdict):
    assert isinstance(RULE.ask(replace(WASTEFUL, **changed), usage=seen, settings={}), verdict)


def test_it_has_no_figure_since_nobody_tells_how_much_is_old():
    found = waste(RULE, WASTEFUL, seen=LARGE)
    assert found.saves == UNTOLD
    assert found.because == (
        "It keeps every version, 700.0 GiB lie in Standard, and no rule for the whole bucket deletes or moves what has "
        "been overwritten."
    )


@pytest.mark.parametrize(
    ("settings", "seen", "verdict"),
    [({"min_stored_gib": 701}, LARGE, Fine), ({"idle_days": 1}, size(*[700] * 13, None), Unknown)],
)
def test_size_and_days_are_settings(settings, seen, verdict):
    assert isinstance(RULE.ask(WASTEFUL, usage=seen, settings=settings), verdict)

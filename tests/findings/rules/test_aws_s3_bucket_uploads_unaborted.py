"""Buckets that keep the parts of uploads that were never finished."""

from dataclasses import replace

import pytest

from connections.resources.buckets import Bucket
from findings.registry import rule
from findings.rule import UNTOLD, Fine, Unknown, Waste
from tests.findings.evidence import ACCOUNT, ago, usage_of, waste

RULE = rule("aws_s3_bucket_uploads_unaborted")
GIB = 1024**3
WASTEFUL = Bucket(
    **ACCOUNT,
    resource_id="northwind-media",
    created_at=ago(300),
    lifecycle_rules=1,
    ends_uploads=False,
    ends_versions=True,
    versioning="Enabled",
)


def size(*gib):
    return usage_of({"BucketSizeBytes.Average": [None if one is None else float(one * GIB) for one in gib]})


LARGE = size(*[400] * 14)


@pytest.mark.parametrize(
    ("changed", "seen", "verdict"),
    [
        ({}, LARGE, Waste),
        ({"lifecycle_rules": 0}, LARGE, Waste),
        ({"versioning": ""}, LARGE, Waste),
        ({}, size(*[100] * 14), Waste),
        ({}, size(400, *[None] * 13), Waste),
        ({}, size(*[400] * 13, 99), Fine),
        ({"ends_uploads": True}, LARGE, Fine),
        ({"ends_uploads": True}, usage_of({}), Fine),
        ({}, usage_of({}), Unknown),
        ({}, size(*[None] * 14), Unknown),
        ({"ends_uploads": None}, LARGE, Unknown),
        ({"ends_uploads": None}, size(5), Fine),
        ({"created_at": None}, LARGE, Waste),
    ],
)
def test_what_holds_much_needs_a_rule_that_ends_uploads(changed, seen, verdict):
    assert isinstance(RULE.ask(replace(WASTEFUL, **changed), usage=seen, settings={}), verdict)


def test_it_has_no_figure_since_no_upload_is_listed():
    found = waste(RULE, WASTEFUL, seen=LARGE)
    assert found.saves == UNTOLD
    assert found.because == (
        "400.0 GiB lie in Standard, and no rule for the whole bucket deletes the parts of uploads that were never "
        "finished."
    )


def test_the_size_is_a_setting():
    assert isinstance(RULE.ask(WASTEFUL, usage=LARGE, settings={"min_stored_gib": 401}), Fine)

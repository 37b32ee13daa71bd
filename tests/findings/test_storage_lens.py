"""What S3 Storage Lens counts in a bucket: a figure, in order, not known, or nothing that changes anything."""

from dataclasses import replace
from decimal import Decimal

import pytest

from audits.evidence import Bill, Evidence
from connections.resources.buckets import Bucket
from findings.confidence import HISTORY, confidence_of
from findings.evaluate import evaluate
from findings.registry import rule
from findings.rule import UNTOLD, Fine, Share, Unknown, Waste
from findings.storage_lens import LOCKED, NONCURRENT, OLD_UPLOADS, part_of_standard
from findings.verify import verify
from tests.findings.evidence import ACCOUNT, TODAY, ago, usage_of, waste

UPLOADS, VERSIONS = rule("aws_s3_bucket_uploads_unaborted"), rule("aws_s3_bucket_versions_unexpired")
GIB = 1024**3
COUNTED = Bucket(
    **ACCOUNT,
    resource_id="northwind-media",
    created_at=ago(300),
    lifecycle_rules=0,
    ends_uploads=False,
    ends_versions=False,
    versioning="Enabled",
    lens=("bucket_name", "northwind-media"),
    lens_region="us-east-1",
)
LATE = (None, None)
BY_RULE = {UPLOADS.id: (UPLOADS, OLD_UPLOADS), VERSIONS.id: (VERSIONS, NONCURRENT)}


def counts(metric, days, *, stored=400, locked=0):
    """A size on each of 14 days and what Storage Lens counted on them, in GiB."""
    series = {"BucketSizeBytes.Average": [stored] * 14, metric.key: days, LOCKED.key: [locked] * 14}
    return usage_of(
        {
            name: [None if one is None else float(one * GIB) for one in of_days]
            for name, of_days in series.items()
            if of_days
        }
    )


@pytest.mark.parametrize("rule_id", BY_RULE)
@pytest.mark.parametrize(
    ("lens", "days", "verdict", "gib"),
    [
        (COUNTED.lens, [60] * 14, Waste, 60),
        (COUNTED.lens, [60] * 12 + [*LATE], Waste, 60),
        (COUNTED.lens, [60] * 5 + [40] * 7 + [*LATE], Waste, 40),
        (COUNTED.lens, [40] * 5 + [60] * 7 + [*LATE], Waste, 40),
        (COUNTED.lens, [10] * 14, Waste, 10),
        (COUNTED.lens, [None] * 5 + [60] * 7 + [*LATE], Waste, 60),
        # nothing is to be had from it: as without it
        (COUNTED.lens, [None] * 6 + [60] * 6 + [*LATE], Waste, None),
        (COUNTED.lens, [60] * 10 + [None] * 4, Waste, None),
        (COUNTED.lens, [0] * 10 + [None] * 4, Waste, None),
        (COUNTED.lens, [None] * 14, Waste, None),
        (COUNTED.lens, [60] * 7 + [0] * 7, Waste, None),
        (COUNTED.lens, [0] * 7 + [60] * 7, Waste, None),
        ((), [60] * 14, Waste, None),
        ((), [0] * 14, Waste, None),
        ((), [], Waste, None),
        # there is nothing to end
        (COUNTED.lens, [0] * 14, Fine, None),
        (COUNTED.lens, [0.9] * 14, Fine, None),
        (COUNTED.lens, [0] * 11 + [None] * 3, Fine, None),
        (COUNTED.lens, [None] * 5 + [0] * 7 + [*LATE], Fine, None),
        # it may be nothing, but that is not told
        (COUNTED.lens, [None] * 6 + [0] * 6 + [*LATE], Unknown, None),
        (COUNTED.lens, [None] * 11 + [0] + [*LATE], Unknown, None),
        (COUNTED.lens, [], Unknown, None),
        (COUNTED.lens, [60] * 13, Unknown, None),
        (None, [0] * 14, Unknown, None),
        (None, [], Unknown, None),
    ],
)
def test_what_it_counts_decides_where_it_tells_of_enough_days_and_nothing_else_does(rule_id, lens, days, verdict, gib):
    judged, metric = BY_RULE[rule_id]
    found = judged.ask(replace(COUNTED, lens=lens), usage=counts(metric, days), settings={})
    assert isinstance(found, verdict)
    if verdict is Waste:
        freed = UNTOLD if gib is None else Share(fraction=Decimal(gib) / 400, part_of=("TimedStorage-ByteHrs",))
        assert found.saves == freed
        assert ("S3 Storage Lens" in found.because) == (gib is not None)


def test_it_says_how_much_that_is():
    found = waste(UPLOADS, COUNTED, seen=counts(OLD_UPLOADS, [60] * 12 + [*LATE]))
    assert found.because.endswith(
        "never finished. On each day that it told of in 14, S3 Storage Lens counted at least 60.0 GiB of such parts, "
        "older than 7 days."
    )
    found = waste(VERSIONS, COUNTED, seen=counts(NONCURRENT, [60] * 12 + [*LATE]))
    assert found.because.endswith(
        "overwritten. On each day that it told of in 14, S3 Storage Lens counted at least 60.0 GiB of that."
    )


@pytest.mark.parametrize("locked", [0.1, None])
def test_versions_that_a_lock_may_keep_have_no_figure_though_it_counts_them(locked):
    found = waste(VERSIONS, COUNTED, seen=counts(NONCURRENT, [60] * 14, locked=locked))
    assert found.saves == UNTOLD
    assert "60.0 GiB" in found.because
    assert "Object Lock" in found.because


def test_a_lock_keeps_no_part_of_an_upload():
    found = waste(UPLOADS, COUNTED, seen=counts(OLD_UPLOADS, [60] * 14, locked=400))
    assert found.saves != UNTOLD


@pytest.mark.parametrize("rule_id", BY_RULE)
@pytest.mark.parametrize(("stored", "verdict"), [(99, Fine), (100, Waste)])
def test_a_small_bucket_is_left_alone_whatever_it_counts(rule_id, stored, verdict):
    judged, metric = BY_RULE[rule_id]
    assert isinstance(judged.ask(COUNTED, usage=counts(metric, [60] * 14, stored=stored), settings={}), verdict)


@pytest.mark.parametrize(("judged", "setting"), [(UPLOADS, "min_unfinished_gib"), (VERSIONS, "min_overwritten_gib")])
def test_how_much_is_worth_ending_is_a_setting(judged, setting):
    _, metric = BY_RULE[judged.id]
    assert isinstance(judged.ask(COUNTED, usage=counts(metric, [60] * 14), settings={setting: 61}), Fine)
    assert waste(judged, COUNTED, seen=counts(metric, [60] * 14), settings={setting: 60}).saves != UNTOLD


@pytest.mark.parametrize("rule_id", BY_RULE)
def test_without_it_no_day_of_it_is_missing(rule_id):
    judged, metric = BY_RULE[rule_id]
    size = judged.metrics[0]
    for days in ([], [None] * 14):
        assert judged.metrics_missed(counts(metric, days, locked=None), days=14) == (size,)
    told = judged.metrics_missed(counts(metric, [None] * 13 + [0], locked=None), days=14)
    assert told == (size, metric)
    assert judged.metrics_missed(usage_of({}), days=14) == (size,)


@pytest.mark.parametrize("rule_id", BY_RULE)
@pytest.mark.parametrize(("days", "known"), [([], 14), ([60] * 10 + [None] * 4, 10)])
def test_a_finding_without_it_is_as_sure_as_before(rule_id, days, known):
    judged, metric = BY_RULE[rule_id]
    bucket = replace(COUNTED, lens=COUNTED.lens if days else ())
    evidence = Evidence(thing=bucket, usage=counts(metric, days, locked=None), bill=Bill())
    (found,) = evaluate([evidence], [judged], {})
    proofs = verify(found).proofs
    assert any(metric.key in proof.sentence for proof in proofs) == bool(days)
    history = next(part for part in confidence_of(found, proofs=proofs, on=TODAY).parts if part.name == HISTORY)
    assert history.points == 25 * known // 14


@pytest.mark.parametrize(
    ("gib", "stored", "share"),
    [(None, 400, UNTOLD), (5, 0, UNTOLD), (100, 400, Decimal("0.25")), (500, 400, Decimal(1))],
)
def test_it_is_never_more_than_all_of_it(gib, stored, share):
    found = part_of_standard(gib, stored_gib=stored)
    assert found == (share if share is UNTOLD else Share(fraction=share, part_of=("TimedStorage-ByteHrs",)))

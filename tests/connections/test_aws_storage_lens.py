"""Of which buckets S3 Storage Lens publishes anything, in which region, and what is said where that is not told."""

from __future__ import annotations

import datetime as dt
from itertools import permutations

import pytest

from connections.providers.aws import inventory
from connections.providers.aws.metrics import read_usage
from connections.providers.aws.storage_lens import _of_standard, one_a_bucket
from connections.resources import Metric
from findings.storage_lens import NONCURRENT, OLD_UPLOADS
from sandbox.aws import names
from tests.connections.aws import session

GIB = 1024**3
SIZE = Metric(name="BucketSizeBytes", statistic="Average", unit="bytes")
DIMENSIONS = {
    "configuration_id": "default-account-dashboard",
    "metrics_version": "1.0",
    "aws_account_number": names.SHOP,
    "aws_region": "us-east-1",
    "bucket_name": "media",
    "storage_class": "STANDARD",
    "record_type": "BUCKET",
}


@pytest.fixture
def as_of(calm_cloud):
    return dt.datetime.fromisoformat(calm_cloud.estate["as_of"]) + dt.timedelta(hours=9)


def collect(cloud, at, *, account=names.LAB, region="eu-west-1"):
    opened = session(cloud, account=account, region=region, service="s3")
    return opened, inventory.collect(session=opened, service="s3", region=region, at=at)


def by_case(collected):
    return {one.name.removeprefix("northwind-").rsplit("-", 1)[0]: one for one in collected.resources}


def test_a_bucket_has_one_series_from_its_own_region_else_from_the_default_home(calm_cloud, as_of):
    opened, collected = collect(calm_cloud, as_of)
    found = by_case(collected)
    plain, both = found["uploads-counted-2"], found["uploads-counted-twice-2"]
    assert (plain.lens_region, both.lens_region) == ("us-east-1", "eu-west-1")
    told = dict(zip(plain.lens[::2], plain.lens[1::2], strict=True))
    assert told == DIMENSIONS | {
        "aws_account_number": names.LAB,
        "aws_region": "eu-west-1",
        "bucket_name": plain.resource_id,
    }
    assert (found["uploads-for-ever-2"].lens, found["uploads-for-ever-2"].lens_region) == ((), "")
    assert collected.gaps == collected.notes == ()

    days = dict.fromkeys((SIZE, OLD_UPLOADS, NONCURRENT), 14)
    read = read_usage(
        session=opened, region="eu-west-1", things=collected.resources, series_of=lambda _: days, at=as_of
    )
    assert read.gaps == ()
    last = {(one.resource_id, one.metric): one.values[-3] for one in read.series}
    assert last[plain.resource_id, OLD_UPLOADS] == 60 * GIB
    assert last[both.resource_id, OLD_UPLOADS] == 45 * GIB
    assert last[plain.resource_id, NONCURRENT] == 0
    assert last[plain.resource_id, SIZE] == 400 * GIB
    assert (found["uploads-for-ever-2"].resource_id, OLD_UPLOADS) not in last


def test_where_it_is_published_it_is_asked_for_once_and_elsewhere_twice(calm_cloud, as_of):
    for account, region, calls in ((names.SHOP, "us-east-1", 1), (names.LAB, "eu-west-1", 2)):
        opened, collected = collect(calm_cloud, as_of, account=account, region=region)
        assert collected.resources
        assert [one.count for one in opened.book.counts() if one.operation == "ListMetrics"] == [calls]


@pytest.mark.parametrize(("fault", "lens"), [("deny", ()), ("error", None)])
def test_a_home_that_may_not_be_asked_changes_nothing_and_one_that_fails_leaves_it_open(calm_cloud, as_of, fault, lens):
    calm_cloud.fault(fault, service="cloudwatch", operation="ListMetrics", region="us-east-1", count=None)
    _, collected = collect(calm_cloud, as_of)
    found = by_case(collected)
    assert (found["uploads-counted-2"].lens, found["uploads-for-ever-2"].lens) == (lens, lens)
    assert found["uploads-counted-twice-2"].lens_region == "eu-west-1"
    assert collected.gaps == ()
    (note,) = collected.notes
    assert note.startswith("What S3 Storage Lens publishes in us-east-1 was not read: ")


def test_a_refusal_in_the_buckets_own_region_is_a_gap_that_hides_no_bucket(calm_cloud, as_of):
    calm_cloud.fault("deny", service="cloudwatch", operation="ListMetrics", region="us-east-1", count=None)
    _, collected = collect(calm_cloud, as_of, account=names.SHOP, region="us-east-1")
    assert {one.lens for one in collected.resources} == {()}
    assert [(gap.action, gap.kinds) for gap in collected.gaps] == [("cloudwatch:ListMetrics", ())]


@pytest.mark.parametrize(
    ("changed", "counts"),
    [
        ({}, True),
        ({"organization_id": "o-1"}, True),
        ({"storage_class": "Standard"}, True),
        ({"storage_class": "STANDARD_IA"}, False),
        ({"record_type": "ACCOUNT"}, False),
        ({"prefix": "logs/"}, False),
        ({"storage_lens_group": "old"}, False),
    ],
)
def test_only_what_lies_in_standard_of_a_whole_bucket_counts(changed, counts):
    given = [{"Name": name, "Value": value} for name, value in (DIMENSIONS | changed).items()]
    assert (_of_standard({"Dimensions": given}) is not None) == counts


def test_of_several_dashboards_the_accounts_own_counts_by_name_and_no_two_of_them():
    own, other, organizations = (
        DIMENSIONS | {"configuration_id": "b"},
        DIMENSIONS | {"configuration_id": "c"},
        DIMENSIONS | {"configuration_id": "a", "organization_id": "o-1"},
    )
    told = {"media": tuple(part for pair in sorted(own.items()) for part in pair)}
    for series in permutations((own, other, organizations)):
        assert one_a_bucket(series) == told
    assert len(one_a_bucket((own, own | {"bucket_name": "logs"}))) == 2

"""What an earlier audit asked of each resource alone is not asked again where that is allowed and the lists agree."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from connections.providers.aws import inventory
from connections.providers.aws.outcomes import CallBook
from connections.resources import KINDS
from sandbox.aws import names
from tests.connections.aws import session

AT = dt.datetime(2026, 11, 20, 12, tzinfo=dt.UTC)
BEFORE = AT - dt.timedelta(days=2)
LISTED = {
    "dynamodb": ("table", {"DescribeTable", "ListTagsOfResource"}),
    "ecr": ("image_repository", {"DescribeImages", "GetLifecyclePolicy", "GetRepositoryPolicy"}),
    "elasticloadbalancing": ("load_balancer", {"DescribeTargetHealth"}),
    "kms": ("encryption_key", {"GetKeyLastUsage"}),
    "lambda": ("function", {"ListProvisionedConcurrencyConfigs"}),
    "rds": ("database_snapshot", {"DescribeDBSnapshotAttributes", "DescribeDBClusterSnapshotAttributes"}),
    "s3": ("bucket", {"GetBucketLifecycleConfiguration", "GetBucketVersioning"}),
}
BY_NAME_ALONE = {"dynamodb", "kms"}


def collect(cloud, service, known):
    book = CallBook()
    opened = session(cloud, account=names.SHOP, service=service, book=book)
    found = inventory.collect(session=opened, service=service, region="us-east-1", at=AT, known=known)
    counts = {one.operation: one.count for one in book.counts() if one.operation in LISTED[service][1]}
    return {(one.KIND, one.resource_id): one for one in found.resources}, sum(counts.values())


@pytest.mark.parametrize("service", sorted(LISTED))
def test_details_that_are_known_are_taken_over_and_those_of_what_the_list_shows_changed_are_read(calm_cloud, service):
    kind, _ = LISTED[service]
    first, asked = collect(calm_cloud, service, {})
    known = {key: replace(one, details_read_at=BEFORE) for key, one in first.items() if key[0] == kind}
    assert KINDS[kind].DETAILS
    assert known
    assert asked
    again, asked_again = collect(calm_cloud, service, known)
    assert again == first | known
    assert asked_again == 0
    if service not in BY_NAME_ALONE:
        changed = {key: replace(one, tags={"team": "another"}) for key, one in known.items()}
        last, asked_last = collect(calm_cloud, service, changed)
        assert (last, asked_last) == (first, asked)

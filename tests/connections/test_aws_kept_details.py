"""What an earlier audit asked of each resource alone is not asked again where that is allowed and the lists agree."""

from __future__ import annotations

import datetime as dt
from dataclasses import fields, replace

import pytest

from connections.providers.aws import inventory
from connections.providers.aws.outcomes import CallBook
from connections.resources import KINDS
from connections.resources.encryption import EncryptionKey
from connections.resources.tables import Table
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


def look(cloud, service, known, book=None):
    opened = session(cloud, account=names.SHOP, service=service, book=book or CallBook())
    return inventory.collect(session=opened, service=service, region="us-east-1", at=AT, known=known)


def collect(cloud, service, known):
    book = CallBook()
    found = look(cloud, service, known, book)
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


@pytest.mark.parametrize(
    ("service", "operation"),
    [(service, one) for service, (_, asked) in sorted(LISTED.items()) for one in sorted(asked)],
)
def test_what_was_refused_counts_as_not_read_so_that_the_gap_is_told_again_the_next_night(
    calm_cloud, service, operation
):
    kind, _ = LISTED[service]
    client = "elbv2" if service == "elasticloadbalancing" else service
    calm_cloud.fault("deny", service=client, operation=operation, count=None)
    first = look(calm_cloud, service, {})
    assert [gap.reason for gap in first.gaps] == ["REFUSED"]
    read = [one for one in first.resources if kind == one.KIND and one.are_details_read]
    known = {(one.KIND, one.resource_id): replace(one, details_read_at=BEFORE) for one in read}
    assert look(calm_cloud, service, known).gaps == first.gaps


# What follows from the name, is told by calls that are made each night whatever is known, or is the audit's own.
OF_EACH_NIGHT = {"resource_id", "account_id", "region", "name", "observed_at", "details_read_at", "are_details_read"}


@pytest.mark.parametrize(("kind", "asked"), [(Table, {"read_scaling", "write_scaling"}), (EncryptionKey, {"tags"})])
def test_of_what_is_kept_by_its_name_alone_each_field_is_a_detail_or_read_each_night(kind, asked):
    assert {one.name for one in fields(kind)} == {*kind.DETAILS, *OF_EACH_NIGHT, *asked}
    assert not {*kind.DETAILS} & {*OF_EACH_NIGHT, *asked}

"""Image repositories, joined with the sums of their images and with what their policies say."""

from __future__ import annotations

import datetime as dt

import pytest

from connections.providers.aws import inventory
from connections.providers.aws.collectors.ecr import _expires_untagged
from sandbox.aws import names
from tests.connections.aws import session

AT = dt.datetime(2026, 11, 20, 12, tzinfo=dt.UTC)
GIB = 1024**3


def collect(cloud, *, account=names.PAYER, region="eu-west-1"):
    opened = session(cloud, account=account, service="ecr")
    return inventory.collect(session=opened, service="ecr", region=region, at=AT)


def by_name(collected):
    return {repository.name: repository for repository in collected.resources}


def test_a_repository_knows_the_sums_of_its_images_by_months(calm_cloud):
    found = by_name(collect(calm_cloud))
    keeps = found["keeps-all-1"]
    assert (keeps.image_count, keeps.has_policy, keeps.expires_untagged) == (15, False, False)
    assert sum(keeps.tagged_bytes) == int(22.5 * GIB)
    assert sum(keeps.tagged_bytes[6:]) == int(18 * GIB)
    assert keeps.last_pushed_at is not None
    assert (sum(found["weak-1"].untagged_bytes), found["weak-1"].expires_untagged) == (int(9 * GIB), False)
    assert (found["strict-1"].expires_untagged, found["left-behind-1"].expires_untagged) == (True, True)
    assert (found["never-pulled-1"].last_pulled_at, found["archived-1"].image_count) == (None, 0)
    assert (found["weak-many-platforms-1"].has_indexes, found["weak-1"].has_indexes) == (True, False)
    assert {repository.is_beside_functions for repository in found.values()} == {False}
    assert (found["left-behind-shared-1"].is_shared, found["left-behind-1"].is_shared) == (True, False)
    assert "lambda.amazonaws.com" not in repr(found)


def test_functions_that_run_from_images_are_seen_beside(calm_cloud):
    found = by_name(collect(calm_cloud, account=names.SHOP, region="us-east-1"))
    assert {repository.is_beside_functions for repository in found.values()} == {True}


@pytest.mark.parametrize(
    ("operation", "field"),
    [
        ("DescribeImages", "image_count"),
        ("GetLifecyclePolicy", "has_policy"),
        ("GetRepositoryPolicy", "is_shared"),
        ("ListFunctions", "is_beside_functions"),
    ],
)
def test_what_may_not_be_read_is_unknown_and_a_gap_says_so(calm_cloud, operation, field):
    calm_cloud.fault("deny", operation=operation, count=None)
    collected = collect(calm_cloud)
    assert {getattr(repository, field) for repository in collected.resources} == {None}
    assert [gap.action.partition(":")[2] for gap in collected.gaps] == [operation]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", False),
        ('{"rules": [{"selection": {"tagStatus": "tagged"}}]}', False),
        ('{"rules": [{"selection": {"tagStatus": "tagged"}}, {"selection": {"tagStatus": "any"}}]}', True),
        ('{"rules": [{"selection": {"tagStatus": "untagged"}}]}', True),
        ('{"rules": [{}]}', None),
        ("nonsense", None),
        ("[]", None),
    ],
)
def test_a_policy_that_is_not_understood_is_unknown(text, expected):
    assert _expires_untagged(text) is expected

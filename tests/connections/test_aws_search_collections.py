"""Collections of OpenSearch Serverless, and which of them share units."""

from __future__ import annotations

import pytest

from connections.providers.aws import inventory
from connections.providers.aws.collectors import opensearch_serverless
from connections.resources.search import SearchCollection
from sandbox.aws import names
from tests.connections.test_aws_inventory import collect, of, reader


def collections(cloud):
    return {one.name: one for one in of(collect(cloud, service="opensearch-serverless"), SearchCollection).values()}


def test_a_collection_knows_its_kind_its_age_its_group_and_whom_it_shares_units_with(calm_cloud):
    found = collections(calm_cloud)
    assert found["collection-shares-1"].shares_with == ("collection-shared-with-1",)
    assert found["collection-shared-with-1"].shares_with == ("collection-shares-1",)
    assert found["collection-beside-vectors-1"].shares_with == found["collection-of-vectors-1"].shares_with == ()
    assert found["collection-grouped-1"].group == "search"
    assert (found["collection-forgotten-alone-1"].has_standby, found["collection-forgotten-1"].has_standby) == (
        False,
        True,
    )
    assert all(one.created_at and one.tags["Name"] == name for name, one in found.items())


def test_its_usage_is_kept_under_account_id_and_name(calm_cloud):
    one = collections(calm_cloud)["collection-forgotten-1"]
    own_id = one.resource_id.rpartition("/")[2]
    told = (("ClientId", names.SHOP), ("CollectionId", own_id), ("CollectionName", "collection-forgotten-1"))
    assert inventory.place_of(one).dimensions == told


def test_a_list_of_several_pages_is_read_whole(calm_cloud):
    whole = collections(calm_cloud)
    calm_cloud.set_page_size(2)
    assert collections(calm_cloud) == whole


@pytest.mark.parametrize("operation", ["ListCollections", "BatchGetCollection"])
def test_collections_that_could_not_be_read_are_missing_and_a_gap_says_so(calm_cloud, operation):
    calm_cloud.fault("deny", service="opensearchserverless", operation=operation, count=None)
    collected = collect(calm_cloud, service="opensearch-serverless")
    assert collected.resources == ()
    assert [(gap.action, gap.kinds) for gap in collected.gaps] == [(f"aoss:{operation}", ("search_collection",))]


def told(cloud, name, **changed):
    item = {"arn": f"arn:aws:aoss:us-east-1:1:collection/{name}", "name": name, "type": "SEARCH", "kmsKeyArn": "key-1"}
    return opensearch_serverless._told(reader(cloud), item | changed)


@pytest.mark.parametrize(
    ("other", "shares"),
    [
        ({}, ("other",)),
        ({"type": "TIMESERIES"}, ("other",)),
        ({"standbyReplicas": "DISABLED"}, ("other",)),
        ({"status": "CREATING"}, ("other",)),
        ({"kmsKeyArn": ""}, ("other",)),
        ({"type": "VECTORSEARCH"}, ()),
        ({"kmsKeyArn": "key-2"}, ()),
        ({"collectionGroupName": "search"}, ()),
    ],
)
def test_collections_share_units_by_their_key_and_vectors_with_vectors_alone(calm_cloud, other, shares):
    both = [told(calm_cloud, "own"), told(calm_cloud, "other", **other)]
    assert next(opensearch_serverless._with_sharers(both, is_whole=True)).shares_with == shares


def test_nobody_knows_who_shares_where_one_went_between_the_calls_or_the_own_key_is_not_told(calm_cloud):
    own, keyless = told(calm_cloud, "own"), told(calm_cloud, "own", kmsKeyArn="")
    assert next(opensearch_serverless._with_sharers([own], is_whole=True)).shares_with == ()
    assert next(opensearch_serverless._with_sharers([own], is_whole=False)).shares_with is None
    assert next(opensearch_serverless._with_sharers([keyless], is_whole=True)).shares_with is None

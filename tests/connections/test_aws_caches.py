"""Caches, joined with their replication groups and with tags that their listing leaves out."""

from __future__ import annotations

import dataclasses
import datetime as dt

import pytest

from connections.providers.aws import inventory
from connections.resources.caches import CacheCluster, MemoryCluster, ServerlessCache
from sandbox.aws import names
from tests.connections.aws import session

AT = dt.datetime(2026, 11, 20, 12, tzinfo=dt.UTC)


def collect(cloud, service):
    opened = session(cloud, account=names.SHOP, service=service)
    return inventory.collect(session=opened, service=service, region="us-east-1", at=AT)


def by_name(collected):
    return {thing.name: thing for thing in collected.resources}


def of(collected, kind):
    return {name: thing for name, thing in by_name(collected).items() if isinstance(thing, kind)}


def test_a_cache_knows_its_group_and_how_many_are_in_it(calm_cloud):
    found = of(collect(calm_cloud, "elasticache"), CacheCluster)
    told = {name: (cache.group_id, cache.group_member_count, cache.is_in_global_datastore)
            for name, cache in found.items()}  # fmt: skip
    assert told["standing-by-001"] == told["standing-by-002"] == ("standing-by", 2, False)
    assert told["copied-elsewhere-1-001"] == ("copied-elsewhere-1", 1, True)
    assert told["memcached-idle-1"] == (None, None, None)


def test_a_cluster_in_memory_is_as_old_as_its_oldest_node(calm_cloud):
    found = by_name(collect(calm_cloud, "memorydb"))
    assert all(isinstance(cluster, MemoryCluster) and cluster.created_at for cluster in found.values())
    assert found["memory-in-two-regions-1"].multi_region_name


def test_without_the_groups_a_member_does_not_know_the_others(calm_cloud):
    calm_cloud.fault("deny", service="elasticache", operation="DescribeReplicationGroups", count=None)
    collected = collect(calm_cloud, "elasticache")
    found = of(collected, CacheCluster).values()
    assert {(cache.group_member_count, cache.is_in_global_datastore) for cache in found} == {(None, None)}
    assert [(gap.action, gap.kinds) for gap in collected.gaps] == [("elasticache:DescribeReplicationGroups", ())]


@pytest.mark.parametrize("service", ["elasticache", "memorydb"])
def test_tags_that_cannot_be_read_are_a_gap_that_says_so_and_lose_nothing_else(calm_cloud, service):
    whole = collect(calm_cloud, service)
    assert all(thing.tags["Name"] == thing.name for thing in whole.resources)
    calm_cloud.fault("deny", operation="GetResources", count=None)
    without = collect(calm_cloud, service)
    assert [gap.action for gap in without.gaps] == ["tag:GetResources"]
    assert without.resources == tuple(dataclasses.replace(thing, tags={}) for thing in whole.resources)


def test_a_serverless_cache_has_no_nodes_but_its_engine_its_state_and_its_tags(calm_cloud):
    found = of(collect(calm_cloud, "elasticache"), ServerlessCache)
    told = {name: (cache.engine, cache.engine_version, cache.state) for name, cache in found.items()}
    assert told["serverless-redis-idle-1"] == ("redis", "7.1", "available")
    assert told["serverless-modified-1"] == ("redis", "7.1", "modifying")
    assert all(cache.created_at and cache.tags["Name"] == name for name, cache in found.items())


def test_serverless_caches_and_clusters_are_listed_each_by_their_own_call(calm_cloud):
    calm_cloud.fault("deny", service="elasticache", operation="DescribeServerlessCaches", count=None)
    collected = collect(calm_cloud, "elasticache")
    assert {type(thing) for thing in collected.resources} == {CacheCluster}
    assert [(gap.action, gap.kinds) for gap in collected.gaps] == [
        ("elasticache:DescribeServerlessCaches", ("serverless_cache",))
    ]

"""ElastiCache: cache clusters, each joined with the replication group that it is a member of, and serverless caches."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from connections.provider import Call, Collector, MetricPlace
from connections.providers.aws.tagging import GET_RESOURCES, tags_by_arn
from connections.resources.caches import CacheCluster, ServerlessCache

if TYPE_CHECKING:
    from collections.abc import Iterator

    from connections.providers.aws.reader import Listing, Reader
    from connections.resources import Thing

DESCRIBE_CACHE_CLUSTERS = Call(
    service="elasticache",
    operation="DescribeCacheClusters",
    action="elasticache:DescribeCacheClusters",
    why="Lists caches with their size, engine and state.",
    cheapest={"MaxRecords": 20},
    withheld=(
        "CacheClusters.AuthTokenEnabled",
        "CacheClusters.AuthTokenLastModifiedDate",
        "CacheClusters.PendingModifiedValues",
    ),
)
DESCRIBE_REPLICATION_GROUPS = Call(
    service="elasticache",
    operation="DescribeReplicationGroups",
    action="elasticache:DescribeReplicationGroups",
    why="Tells which caches stand by for each other, so that a standby is not called idle.",
    cheapest={"MaxRecords": 20},
    withheld=(
        "ReplicationGroups.AuthTokenEnabled",
        "ReplicationGroups.AuthTokenLastModifiedDate",
        "ReplicationGroups.Description",
        "ReplicationGroups.PendingModifiedValues",
    ),
)
DESCRIBE_SERVERLESS_CACHES = Call(
    service="elasticache",
    operation="DescribeServerlessCaches",
    action="elasticache:DescribeServerlessCaches",
    why="Lists serverless caches with their engine and state.",
    cheapest={"MaxResults": 1},
    withheld=("ServerlessCaches.Description",),
)


@dataclass(frozen=True, kw_only=True)
class _Group:
    name: str
    member_count: int
    is_in_global_datastore: bool


def collect(reader: Reader) -> Iterator[Thing]:
    """Every cache of one region."""
    caches: Listing[Any]
    groups: Listing[Any]
    serverless: Listing[Any]
    caches, groups, serverless = reader.together(
        lambda: _caches(reader), lambda: _groups(reader), lambda: _serverless(reader)
    )
    tags = tags_by_arn(reader, "elasticache:cluster", "elasticache:serverlesscache")
    by_name = {group.name: group for group in groups.rows}
    for cache in caches.rows:
        tagged = replace(cache, tags=tags.get(cache.resource_id, {}))
        yield _with_group(tagged, by_name.get(cache.group_id)) if cache.group_id else tagged
    for cache in serverless.rows:
        yield replace(cache, tags=tags.get(cache.resource_id, {}))


def _caches(reader: Reader) -> Listing[Any]:
    return reader.listing(
        DESCRIBE_CACHE_CLUSTERS,
        result="CacheClusters",
        row=lambda item: CacheCluster(
            resource_id=item["ARN"],
            account_id=reader.account_id,
            region=reader.region,
            observed_at=reader.at,
            name=item["CacheClusterId"],
            created_at=item.get("CacheClusterCreateTime"),
            state=item.get("CacheClusterStatus", ""),
            node_type=item.get("CacheNodeType", ""),
            node_count=item.get("NumCacheNodes", 0),
            engine=item.get("Engine", ""),
            engine_version=item.get("EngineVersion", ""),
            group_id=item.get("ReplicationGroupId") or None,
        ),
        kinds=(CacheCluster.KIND,),
        page_size=100,
    )


def _serverless(reader: Reader) -> Listing[Any]:
    return reader.listing(
        DESCRIBE_SERVERLESS_CACHES,
        result="ServerlessCaches",
        row=lambda item: ServerlessCache(
            resource_id=item["ARN"],
            account_id=reader.account_id,
            region=reader.region,
            observed_at=reader.at,
            name=item["ServerlessCacheName"],
            created_at=item.get("CreateTime"),
            state=item.get("Status", ""),
            engine=item.get("Engine", ""),
            engine_version=item.get("FullEngineVersion", ""),
        ),
        kinds=(ServerlessCache.KIND,),
        page_size=50,
    )


def _groups(reader: Reader) -> Listing[Any]:
    return reader.listing(
        DESCRIBE_REPLICATION_GROUPS,
        result="ReplicationGroups",
        row=lambda item: _Group(
            name=item["ReplicationGroupId"],
            member_count=len(item.get("MemberClusters", ())),
            is_in_global_datastore=bool(item.get("GlobalReplicationGroupInfo", {}).get("GlobalReplicationGroupId")),
        ),
        page_size=100,
    )


def _with_group(cache: CacheCluster, group: _Group | None) -> CacheCluster:
    if group is None:
        return cache
    return replace(cache, group_member_count=group.member_count, is_in_global_datastore=group.is_in_global_datastore)


def _place(cache: CacheCluster) -> MetricPlace:
    return MetricPlace(namespace="AWS/ElastiCache", dimensions=(("CacheClusterId", cache.name),))


def _place_of_serverless(cache: ServerlessCache) -> MetricPlace:
    return MetricPlace(namespace="AWS/ElastiCache", dimensions=(("clusterId", cache.name),))


COLLECTOR = Collector(
    service="elasticache",
    needs={
        CacheCluster: (DESCRIBE_CACHE_CLUSTERS, DESCRIBE_REPLICATION_GROUPS),
        ServerlessCache: (DESCRIBE_SERVERLESS_CACHES,),
    },
    calls=(DESCRIBE_CACHE_CLUSTERS, DESCRIBE_REPLICATION_GROUPS, DESCRIBE_SERVERLESS_CACHES, GET_RESOURCES),
    collect=collect,
    places={CacheCluster: _place, ServerlessCache: _place_of_serverless},
    billed_as=("Amazon ElastiCache",),
)

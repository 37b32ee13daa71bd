"""MemoryDB: clusters with all of their nodes."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from connections.provider import Call, Collector, MetricPlace
from connections.providers.aws.tagging import GET_RESOURCES, tags_by_arn
from connections.resources.caches import MemoryCluster

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from connections.providers.aws.reader import Reader
    from connections.resources import Thing

DESCRIBE_CLUSTERS = Call(
    service="memorydb",
    operation="DescribeClusters",
    action="memorydb:DescribeClusters",
    why="Lists clusters of MemoryDB with their size and state.",
    cheapest={"MaxResults": 1},
    withheld=("Clusters.Description",),
)


def collect(reader: Reader) -> Iterator[Thing]:
    """Every cluster of one region, with its tags."""
    found = reader.listing(
        DESCRIBE_CLUSTERS,
        result="Clusters",
        row=lambda item: _cluster(reader, item),
        kinds=(MemoryCluster.KIND,),
        page_size=100,
        ShowShardDetails=True,
    )
    tags = tags_by_arn(reader, "memorydb:cluster")
    for cluster in found.rows:
        yield replace(cluster, tags=tags.get(cluster.resource_id, {}))


def _cluster(reader: Reader, item: dict[str, Any]) -> MemoryCluster:
    return MemoryCluster(
        resource_id=item["ARN"],
        account_id=reader.account_id,
        region=reader.region,
        observed_at=reader.at,
        name=item["Name"],
        created_at=_first_made(item),
        state=item.get("Status", ""),
        node_type=item.get("NodeType", ""),
        engine=item.get("Engine", ""),
        shard_count=item.get("NumberOfShards", 0),
        multi_region_name=item.get("MultiRegionClusterName") or None,
    )


def _first_made(item: dict[str, Any]) -> datetime | None:
    """A cluster has no date of its own: that of its oldest node, which is younger where nodes were replaced."""
    nodes = [node for shard in item.get("Shards", ()) for node in shard.get("Nodes", ())]
    return min((node["CreateTime"] for node in nodes if node.get("CreateTime")), default=None)


def _place(cluster: MemoryCluster) -> MetricPlace:
    return MetricPlace(namespace="AWS/MemoryDB", dimensions=(("ClusterName", cluster.name),))


COLLECTOR = Collector(
    service="memorydb",
    needs={MemoryCluster: (DESCRIBE_CLUSTERS,)},
    calls=(DESCRIBE_CLUSTERS, GET_RESOURCES),
    collect=collect,
    places={MemoryCluster: _place},
    billed_as=("Amazon MemoryDB",),
)

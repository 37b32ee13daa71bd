"""EMR: clusters that are up, and whether EMR scales them. Their settings and steps may hold secrets: not asked for."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from connections.provider import Call, Collector, MetricPlace
from connections.providers.aws.tagging import GET_RESOURCES, tags_by_arn
from connections.resources.emr_clusters import EmrCluster

if TYPE_CHECKING:
    from collections.abc import Iterator

    from connections.providers.aws.reader import Reader
    from connections.resources import Thing

UP = ["STARTING", "BOOTSTRAPPING", "RUNNING", "WAITING"]
LIST_CLUSTERS = Call(
    service="emr",
    operation="ListClusters",
    action="elasticmapreduce:ListClusters",
    why="Lists clusters that are up, with their states; not what runs on them.",
    cheapest={"ClusterStates": ["WAITING"]},
    withheld=("Clusters.Status.ErrorDetails", "Clusters.Status.StateChangeReason"),
)
GET_SCALING = Call(
    service="emr",
    operation="GetManagedScalingPolicy",
    action="elasticmapreduce:GetManagedScalingPolicy",
    why="Tells whether EMR scales a cluster, which it does only for work that it can see.",
    cheapest={"ClusterId": "j-0000000000000"},
    answers_cheapest=frozenset({"InvalidRequestException"}),
)


def collect(reader: Reader) -> Iterator[Thing]:
    """Every cluster of one region that is up. More is asked for only where there is one."""
    clusters = reader.listing(
        LIST_CLUSTERS,
        result="Clusters",
        row=lambda item: _cluster(reader, item),
        kinds=(EmrCluster.KIND,),
        ClusterStates=UP,
    ).rows
    if not clusters:
        return
    tags = tags_by_arn(reader, "elasticmapreduce:cluster")
    for cluster in reader.together(*(partial(_with_scaling, reader, cluster) for cluster in clusters)):
        yield replace(cluster, tags=tags.get(cluster.resource_id, {}))


def _cluster(reader: Reader, item: dict[str, Any]) -> EmrCluster:
    status = item.get("Status", {})
    return EmrCluster(
        resource_id=item["ClusterArn"],
        account_id=reader.account_id,
        region=reader.region,
        observed_at=reader.at,
        name=item.get("Name", ""),
        created_at=status.get("Timeline", {}).get("CreationDateTime"),
        state=status.get("State", ""),
    )


def _with_scaling(reader: Reader, cluster: EmrCluster) -> EmrCluster:
    answer = reader.one(GET_SCALING, ClusterId=_id(cluster))
    return cluster if answer is None else replace(cluster, is_scaled_by_emr=bool(answer.get("ManagedScalingPolicy")))


def _id(cluster: EmrCluster) -> str:
    return cluster.resource_id.rpartition("/")[2]


def _place(cluster: EmrCluster) -> MetricPlace:
    return MetricPlace(namespace="AWS/ElasticMapReduce", dimensions=(("JobFlowId", _id(cluster)),))


COLLECTOR = Collector(
    service="emr",
    needs={EmrCluster: (LIST_CLUSTERS, GET_SCALING)},
    calls=(LIST_CLUSTERS, GET_SCALING, GET_RESOURCES),
    collect=collect,
    places={EmrCluster: _place},
    billed_as=("Amazon Elastic MapReduce", "Amazon EMR"),
)

"""EKS: clusters, each joined with how AWS supports its version of Kubernetes, and their groups of machines."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

from connections.provider import Call, Collector
from connections.providers.aws.reader import clean_tags
from connections.resources.kubernetes import KubernetesCluster, NodeGroup

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from connections.providers.aws.reader import Listing, Reader
    from connections.resources import Thing

GONE = frozenset({"ResourceNotFoundException"})
LIST_CLUSTERS = Call(
    service="eks",
    operation="ListClusters",
    action="eks:ListClusters",
    why="Lists Kubernetes clusters.",
    cheapest={"maxResults": 1},
)
DESCRIBE_CLUSTER = Call(
    service="eks",
    operation="DescribeCluster",
    action="eks:DescribeCluster",
    why="Tells a cluster's version of Kubernetes and what happens when that is no longer supported.",
    cheapest={"name": "costframe-none"},
    answers_cheapest=GONE,
    absent=GONE,
    withheld=(
        "cluster.certificateAuthority",
        "cluster.clientRequestToken",
        "cluster.connectorConfig",
        "cluster.identity",
        "cluster.logging",
    ),
)
DESCRIBE_CLUSTER_VERSIONS = Call(
    service="eks",
    operation="DescribeClusterVersions",
    action="eks:DescribeClusterVersions",
    why="Tells until when AWS supports each version of Kubernetes at no extra price.",
    cheapest={"maxResults": 1},
    withheld=("clusterVersions.controlPlaneComponentConfig", "clusterVersions.controlPlaneScalingTiers"),
)
LIST_NODE_GROUPS = Call(
    service="eks",
    operation="ListNodegroups",
    action="eks:ListNodegroups",
    why="Lists the groups of machines of a Kubernetes cluster.",
    cheapest={"clusterName": "costframe-none", "maxResults": 1},
    answers_cheapest=GONE,
    absent=GONE,
)
DESCRIBE_NODE_GROUP = Call(
    service="eks",
    operation="DescribeNodegroup",
    action="eks:DescribeNodegroup",
    why="Tells of which types and how many the machines of a group are.",
    cheapest={"clusterName": "costframe-none", "nodegroupName": "costframe-none"},
    answers_cheapest=GONE,
    absent=GONE,
    withheld=(
        "nodegroup.health",
        "nodegroup.labels",
        "nodegroup.nodeRepairConfig",
        "nodegroup.remoteAccess",
        "nodegroup.taints",
    ),
)


@dataclass(frozen=True, kw_only=True)
class _Version:
    name: str
    support: str | None
    standard_ends_at: datetime | None


def collect(reader: Reader) -> Iterator[Thing]:
    """Every cluster that AWS runs in one region. Clusters that are only connected to EKS cost nothing there."""
    names: Listing[Any]
    versions: Listing[Any]
    names, versions = reader.together(lambda: _names(reader), lambda: _versions(reader))
    by_name = {version.name: version for version in versions.rows}
    for cluster in reader.together(*(partial(_cluster, reader, name) for name in names.rows)):
        if cluster is not None:
            version = by_name.get(cluster.version)
            yield (
                cluster
                if version is None
                else replace(
                    cluster, version_support=version.support, standard_support_ends_at=version.standard_ends_at
                )
            )
    groups = [
        name for found in reader.together(*(partial(_groups, reader, name) for name in names.rows)) for name in found
    ]
    for group in reader.together(*(partial(_group, reader, *name) for name in groups)):
        if group is not None:
            yield group


def _names(reader: Reader) -> Listing[Any]:
    kinds = (KubernetesCluster.KIND, NodeGroup.KIND)
    return reader.listing(LIST_CLUSTERS, result="clusters", row=lambda name: name, kinds=kinds, page_size=100)


def _versions(reader: Reader) -> Listing[Any]:
    return reader.listing(
        DESCRIBE_CLUSTER_VERSIONS,
        result="clusterVersions",
        row=lambda item: _Version(
            name=item["clusterVersion"],
            support=item.get("versionStatus"),
            standard_ends_at=item.get("endOfStandardSupportDate"),
        ),
        page_size=100,
        includeAll=True,
    )


def _cluster(reader: Reader, name: str) -> KubernetesCluster | None:
    """One cluster; None where it has gone meanwhile, or could not be read, of which a gap tells."""
    answer = reader.one(DESCRIBE_CLUSTER, kinds=(KubernetesCluster.KIND,), name=name)
    if not answer:
        return None
    item: dict[str, Any] = answer["cluster"]
    return KubernetesCluster(
        resource_id=item["arn"],
        account_id=reader.account_id,
        region=reader.region,
        observed_at=reader.at,
        name=item["name"],
        created_at=item.get("createdAt"),
        tags=clean_tags([{"Key": key, "Value": value} for key, value in item.get("tags", {}).items()]),
        state=item.get("status", ""),
        version=item.get("version", ""),
        upgrade_policy=item.get("upgradePolicy", {}).get("supportType"),
    )


def _groups(reader: Reader, cluster: str) -> list[tuple[str, str]]:
    """The groups of a cluster, each with its name."""
    found: Listing[str] = reader.listing(
        LIST_NODE_GROUPS, result="nodegroups", row=str, kinds=(NodeGroup.KIND,), page_size=100, clusterName=cluster
    )
    return [(cluster, name) for name in found.rows]


def _group(reader: Reader, cluster: str, name: str) -> NodeGroup | None:
    """One group; None where it has gone meanwhile, or could not be read, of which a gap tells."""
    answer = reader.one(DESCRIBE_NODE_GROUP, kinds=(NodeGroup.KIND,), clusterName=cluster, nodegroupName=name)
    if not answer:
        return None
    item: dict[str, Any] = answer["nodegroup"]
    return NodeGroup(
        resource_id=item["nodegroupArn"],
        account_id=reader.account_id,
        region=reader.region,
        observed_at=reader.at,
        name=item["nodegroupName"],
        created_at=item.get("createdAt"),
        tags=clean_tags([{"Key": key, "Value": value} for key, value in item.get("tags", {}).items()]),
        state=item.get("status", ""),
        cluster_name=item["clusterName"],
        capacity=item.get("capacityType", "ON_DEMAND"),
        image_type=item.get("amiType", ""),
        instance_types=tuple(item.get("instanceTypes") or ()),
        desired_count=item.get("scalingConfig", {}).get("desiredSize", 0),
    )


COLLECTOR = Collector(
    service="eks",
    needs={
        KubernetesCluster: (LIST_CLUSTERS, DESCRIBE_CLUSTER, DESCRIBE_CLUSTER_VERSIONS),
        NodeGroup: (LIST_CLUSTERS, LIST_NODE_GROUPS, DESCRIBE_NODE_GROUP),
    },
    calls=(LIST_CLUSTERS, DESCRIBE_CLUSTER, DESCRIBE_CLUSTER_VERSIONS, LIST_NODE_GROUPS, DESCRIBE_NODE_GROUP),
    collect=collect,
    billed_as=("Amazon Elastic Container Service for Kubernetes", "Amazon Elastic Kubernetes Service"),
)

"""EKS: clusters, each joined with how AWS supports its version of Kubernetes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

from connections.provider import Call, Collector
from connections.providers.aws.reader import clean_tags
from connections.resources.kubernetes import KubernetesCluster

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from connections.providers.aws.reader import Listing, Reader
    from connections.resources import Thing

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
    answers_cheapest=frozenset({"ResourceNotFoundException"}),
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


def _names(reader: Reader) -> Listing[Any]:
    return reader.listing(
        LIST_CLUSTERS, result="clusters", row=lambda name: name, kinds=(KubernetesCluster.KIND,), page_size=100
    )


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
    """One cluster; None where it could not be read, of which a gap tells."""
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


COLLECTOR = Collector(
    service="eks",
    needs={KubernetesCluster: (LIST_CLUSTERS, DESCRIBE_CLUSTER, DESCRIBE_CLUSTER_VERSIONS)},
    calls=(LIST_CLUSTERS, DESCRIBE_CLUSTER, DESCRIBE_CLUSTER_VERSIONS),
    collect=collect,
    billed_as=("Amazon Elastic Container Service for Kubernetes", "Amazon Elastic Kubernetes Service"),
)

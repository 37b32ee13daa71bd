"""Clusters of RDS as its API tells them, each under the name that the bill has for it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from connections.provider import MetricPlace
from connections.providers.aws.reader import clean_tags
from connections.resources.databases import DatabaseCluster

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from connections.providers.aws.reader import Listing, Reader
    from connections.resources import Database

WORD = ":cluster:"


def cluster(reader: Reader, item: dict[str, Any]) -> DatabaseCluster:
    """One cluster, without the classes of its instances, which no list of clusters tells."""
    members = item.get("DBClusterMembers", ())
    bounds = item.get("ServerlessV2ScalingConfiguration") or {}
    return DatabaseCluster(
        resource_id=_billed_id(item),
        account_id=reader.account_id,
        region=reader.region,
        observed_at=reader.at,
        name=item["DBClusterIdentifier"],
        created_at=item.get("ClusterCreateTime"),
        tags=clean_tags(item.get("TagList")),
        state=item.get("Status", ""),
        engine=item.get("Engine", ""),
        engine_version=item.get("EngineVersion", ""),
        engine_mode=item.get("EngineMode", ""),
        scalability=item.get("ClusterScalabilityType", ""),
        storage_type=item.get("StorageType", ""),
        stable_id=item.get("DbClusterResourceId", ""),
        member_ids=tuple(one.get("DBInstanceIdentifier", "") for one in members),
        writer_ids=tuple(one.get("DBInstanceIdentifier", "") for one in members if one.get("IsClusterWriter")),
        min_capacity=bounds.get("MinCapacity"),
        max_capacity=bounds.get("MaxCapacity"),
        global_cluster=item.get("GlobalClusterIdentifier") or "",
        replica_of=item.get("ReplicationSourceIdentifier") or "",
        copied_to=tuple(item.get("ReadReplicaIdentifiers") or ()),
        clone_group=item.get("CloneGroupId") or "",
        backup_days=item.get("BackupRetentionPeriod", 0),
        extended_support=item.get("EngineLifecycleSupport") or None,
        is_protected=bool(item.get("DeletionProtection")),
    )


def _billed_id(item: dict[str, Any]) -> str:
    """The ARN with the id that outlives the name, in small letters: so a bill calls Aurora's storage."""
    arn: str = item["DBClusterArn"]
    stable: str = item.get("DbClusterResourceId", "")
    return f"{arn.partition(WORD)[0]}{WORD}{stable.lower()}" if stable else arn


def with_classes(clusters: Iterable[DatabaseCluster], databases: Listing[Database]) -> Iterator[DatabaseCluster]:
    """The clusters with the classes of their instances; not known of one that lists an instance that was not read."""
    classes = {database.name: database.instance_class for database in databases.rows}
    for one in clusters:
        is_whole = databases.is_complete and all(name in classes for name in one.member_ids)
        yield replace(
            one, member_classes=tuple(sorted({classes[name] for name in one.member_ids})) if is_whole else None
        )


def with_cluster(database: Database, of: DatabaseCluster) -> Database:
    """An instance with what its cluster says. Tags of both count."""
    return replace(
        database,
        tags={**of.tags, **database.tags},
        cluster_key=of.resource_id.rpartition(":")[2],
        cluster_state=of.state,
        cluster_created_at=of.created_at,
        cluster_joined=of.joined,
        cluster_mode=of.engine_mode,
        cluster_scalability=of.scalability,
        cluster_size=len(of.member_ids),
        cluster_classes=of.member_classes,
        cluster_min_capacity=of.min_capacity,
        extended_support=of.extended_support or database.extended_support,
    )


def place(found: DatabaseCluster) -> MetricPlace:
    """Where the usage of all its instances together is kept."""
    return of_whole(found.name)


def of_whole(name: str) -> MetricPlace:
    """Where the usage of all instances of a cluster together is kept, which is what each of them is there for."""
    return MetricPlace(namespace="AWS/RDS", dimensions=(("DBClusterIdentifier", name),))

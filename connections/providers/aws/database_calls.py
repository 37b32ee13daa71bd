"""The calls that tell of databases and their clusters, for the services that share the API of RDS."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar

from connections.provider import Call, MetricPlace, beneath
from connections.providers.aws.reader import clean_tags
from connections.resources.clusters import DocumentInstance, GraphInstance

if TYPE_CHECKING:
    from collections.abc import Iterator

    from connections.providers.aws.reader import Listing, Reader

TAGS = ("TagList.Key", "TagList.Value")
# RDS answers in every region, and where DocumentDB or Neptune is not sold it takes their engine for a wrong name.
NOT_SOLD = ("unrecognized engine name",)
DESCRIBE_DATABASES = Call(
    service="rds",
    operation="DescribeDBInstances",
    action="rds:DescribeDBInstances",
    why="Lists managed databases with their size and state, those of DocumentDB and Neptune among them.",
    cheapest={"MaxRecords": 20},
    absent_words=NOT_SOLD,
    read=beneath(
        "DBInstances",
        *("DBInstanceArn", "DBInstanceIdentifier", "DBInstanceClass", "DBInstanceStatus", "DBClusterIdentifier"),
        *("InstanceCreateTime", "DbiResourceId", *TAGS),
        *("Engine", "EngineVersion", "EngineLifecycleSupport", "AllocatedStorage", "StorageType", "Iops", "MultiAZ"),
        "AdditionalStorageVolumes.VolumeName",
        *("ReadReplicaSourceDBInstanceIdentifier", "ReadReplicaDBInstanceIdentifiers"),
        *("ReadReplicaSourceDBClusterIdentifier", "ReadReplicaDBClusterIdentifiers"),
        *("BackupRetentionPeriod", "AwsBackupRecoveryPointArn"),
        *("PerformanceInsightsEnabled", "PerformanceInsightsRetentionPeriod", "DatabaseInsightsMode"),
    ),
)
DESCRIBE_CLUSTERS = Call(
    service="rds",
    operation="DescribeDBClusters",
    action="rds:DescribeDBClusters",
    why="Lists clusters with their instances, state and settings, so that no snapshot of one is called left over.",
    cheapest={"MaxRecords": 20},
    absent_words=NOT_SOLD,
    read=beneath(
        "DBClusters",
        *("DBClusterIdentifier", "DBClusterArn", "DbClusterResourceId", "Status", "ClusterCreateTime", *TAGS),
        *("DBClusterMembers.DBInstanceIdentifier", "DBClusterMembers.IsClusterWriter"),
        *("Engine", "EngineVersion", "EngineMode", "ClusterScalabilityType", "StorageType", "DeletionProtection"),
        *("ServerlessV2ScalingConfiguration.MinCapacity", "ServerlessV2ScalingConfiguration.MaxCapacity"),
        *("BackupRetentionPeriod", "EngineLifecycleSupport"),
        *("GlobalClusterIdentifier", "ReplicationSourceIdentifier", "ReadReplicaIdentifiers", "CloneGroupId"),
    ),
)
Kind = TypeVar("Kind", DocumentInstance, GraphInstance)


def members(reader: Reader, kind: type[Kind], *, engine: str) -> Iterator[Kind]:
    """The instances of one region's clusters of an engine, each with what its cluster says. Tags of both count."""
    instances: Listing[Any]
    clusters: Listing[Any]
    instances, clusters = reader.together(lambda: _instances(reader, kind, engine), lambda: _clusters(reader, engine))
    by_name = {cluster["DBClusterIdentifier"]: cluster for cluster in clusters.rows}
    for instance in instances.rows:
        cluster = by_name.get(instance.cluster_id)
        yield instance if cluster is None else _with_cluster(instance, cluster)


def _instances(reader: Reader, kind: type[Kind], engine: str) -> Listing[Any]:
    return reader.listing(
        DESCRIBE_DATABASES,
        result="DBInstances",
        row=lambda item: _instance(reader, kind, item) if item.get("Engine") == engine else None,
        kinds=(kind.KIND,),
        page_size=100,
        Filters=_of(engine),
    )


def _clusters(reader: Reader, engine: str) -> Listing[Any]:
    return reader.listing(
        DESCRIBE_CLUSTERS, result="DBClusters", row=lambda item: item, page_size=100, Filters=_of(engine)
    )


def _of(engine: str) -> list[dict[str, Any]]:
    return [{"Name": "engine", "Values": [engine]}]


def _instance(reader: Reader, kind: type[Kind], item: dict[str, Any]) -> Kind:
    return kind(
        resource_id=item["DBInstanceArn"],
        account_id=reader.account_id,
        region=reader.region,
        observed_at=reader.at,
        name=item["DBInstanceIdentifier"],
        created_at=item.get("InstanceCreateTime"),
        tags=clean_tags(item.get("TagList")),
        state=item.get("DBInstanceStatus", ""),
        instance_class=item.get("DBInstanceClass", ""),
        cluster_id=item.get("DBClusterIdentifier", ""),
    )


def _with_cluster(instance: Kind, cluster: dict[str, Any]) -> Kind:
    return replace(
        instance,
        tags={**clean_tags(cluster.get("TagList")), **instance.tags},
        cluster_state=cluster.get("Status", ""),
        cluster_created_at=cluster.get("ClusterCreateTime"),
        member_count=len(cluster.get("DBClusterMembers", ())),
        global_cluster=cluster.get("GlobalClusterIdentifier") or "",
        # DocumentDB may leave out the global cluster that it is a part of: that one follows it is told at least.
        replica_of=cluster.get("ReplicationSourceIdentifier") or "",
        copied_to=tuple(cluster.get("ReadReplicaIdentifiers") or ()),
    )


def of_cluster(instance: DocumentInstance | GraphInstance, *, namespace: str) -> MetricPlace | None:
    """Where the usage of the whole cluster is kept, which is what each of its instances is there for."""
    if not instance.cluster_id:
        return None
    return MetricPlace(namespace=namespace, dimensions=(("DBClusterIdentifier", instance.cluster_id),))

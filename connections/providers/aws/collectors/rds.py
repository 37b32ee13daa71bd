"""Managed databases with the ends of their engines' support, their clusters, and snapshots taken by hand."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

from connections.provider import Call, Collector, MetricPlace, beneath
from connections.providers.aws.database_calls import DESCRIBE_CLUSTERS, DESCRIBE_DATABASES, TAGS
from connections.providers.aws.database_clusters import cluster, of_whole, place, with_classes, with_cluster
from connections.providers.aws.reader import clean_tags
from connections.resources import Database, Thing
from connections.resources.databases import DatabaseCluster, DatabaseSnapshot

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from connections.providers.aws.reader import Listing, Reader

DESCRIBE_SNAPSHOTS = Call(
    service="rds",
    operation="DescribeDBSnapshots",
    action="rds:DescribeDBSnapshots",
    why="Lists the snapshots that you took of databases, with their age.",
    cheapest={"MaxRecords": 20, "SnapshotType": "manual"},
    read=beneath(
        "DBSnapshots",
        *("DBSnapshotArn", "DBSnapshotIdentifier", "SnapshotCreateTime", "Status", "Engine", "AllocatedStorage", *TAGS),
        *("DBInstanceIdentifier", "DbiResourceId", "SourceDBSnapshotIdentifier", "SourceRegion"),
    ),
)
DESCRIBE_CLUSTER_SNAPSHOTS = Call(
    service="rds",
    operation="DescribeDBClusterSnapshots",
    action="rds:DescribeDBClusterSnapshots",
    why="Lists the snapshots that you took of clusters, with their age.",
    cheapest={"MaxRecords": 20, "SnapshotType": "manual"},
    read=beneath(
        "DBClusterSnapshots",
        *("DBClusterSnapshotArn", "DBClusterSnapshotIdentifier", "SnapshotCreateTime", "Status", "Engine"),
        *("AllocatedStorage", *TAGS),
        *("DBClusterIdentifier", "DbClusterResourceId", "SourceDBClusterSnapshotArn"),
    ),
)
DESCRIBE_SHARING = Call(
    service="rds",
    operation="DescribeDBSnapshotAttributes",
    action="rds:DescribeDBSnapshotAttributes",
    why="Tells with which accounts a snapshot is shared: such a one may be in use elsewhere.",
    cheapest={"DBSnapshotIdentifier": "costframe-none"},
    answers_cheapest=frozenset({"DBSnapshotNotFound", "DBSnapshotNotFoundFault"}),
    absent=frozenset({"DBSnapshotNotFound", "DBSnapshotNotFoundFault"}),
)
DESCRIBE_CLUSTER_SHARING = Call(
    service="rds",
    operation="DescribeDBClusterSnapshotAttributes",
    action="rds:DescribeDBClusterSnapshotAttributes",
    why="Tells with which accounts a cluster's snapshot is shared: such a one may be in use elsewhere.",
    cheapest={"DBClusterSnapshotIdentifier": "costframe-none"},
    answers_cheapest=frozenset({"DBClusterSnapshotNotFoundFault"}),
    absent=frozenset({"DBClusterSnapshotNotFoundFault"}),
)
DESCRIBE_EXPORTS = Call(
    service="rds",
    operation="DescribeExportTasks",
    action="rds:DescribeExportTasks",
    why="Tells which snapshots are exported: such a one is in use.",
    cheapest={"MaxRecords": 20},
    withheld=tuple(
        f"ExportTasks.{name}"
        for name in ("FailureCause", "IamRoleArn", "KmsKeyId", "S3Bucket", "S3Prefix", "WarningMessage")
    ),
)
DESCRIBE_VERSIONS = Call(
    service="rds",
    operation="DescribeDBMajorEngineVersions",
    action="rds:DescribeDBMajorEngineVersions",
    why="Tells until when each version of an engine has support without extra charge.",
    cheapest={"MaxRecords": 20},
)
OTHERS = frozenset({"docdb", "neptune"})  # engines of other services, which share this API
SUPPORTED = frozenset({"mysql", "postgres", "aurora-mysql", "aurora-postgresql"})  # those whose support is sold on
STANDARD = "open-source-rds-standard-support"
# A single database may follow a cluster of three zones, and one of Aurora may follow it: each has a field of its own.
SOURCES = ("ReadReplicaSourceDBInstanceIdentifier", "ReadReplicaSourceDBClusterIdentifier")
REPLICAS = ("ReadReplicaDBInstanceIdentifiers", "ReadReplicaDBClusterIdentifiers")
EXPORTED = frozenset({"STARTING", "IN_PROGRESS", "COMPLETE"})
BACKUP_TAG, BACKUP_NAME = "aws:backup:source-resource", "awsbackup:"
VERSION = re.compile(r"(\d+)(?:\.(\d+))?")
FIRST_OF_ONE_NUMBER = 10  # from PostgreSQL 10 on, its first number alone is the major version


def collect(reader: Reader) -> Iterator[Thing]:
    """Databases, clusters and snapshots of one region. Engines of other services that share this API are left out."""
    databases: Listing[Database]
    clusters: Listing[DatabaseCluster]
    databases, clusters, singles, of_clusters = reader.together(
        lambda: _databases(reader),
        lambda: _clusters(reader),
        lambda: _snapshots(reader, DESCRIBE_SNAPSHOTS, of="db"),
        lambda: _snapshots(reader, DESCRIBE_CLUSTER_SNAPSHOTS, of="db-cluster"),
    )
    whole = tuple(with_classes(clusters.rows, databases))
    yield from whole
    yield from _with_support(reader, databases.rows, whole)
    snapshots = [_with_source(one, databases if one.snapshot.snapshot_of == "db" else clusters)
                 for one in (*singles.rows, *of_clusters.rows)]  # fmt: skip
    yield from _with_uses(reader, snapshots)


@dataclass(frozen=True, kw_only=True)
class _Taken:
    """A snapshot, and what its source is called also after it was renamed."""

    snapshot: DatabaseSnapshot
    source_id: str


def _databases(reader: Reader) -> Listing[Any]:
    return reader.listing(
        DESCRIBE_DATABASES,
        result="DBInstances",
        row=lambda item: None if item.get("Engine") in OTHERS else _database(reader, item),
        kinds=(Database.KIND,),
        page_size=100,
    )


def _database(reader: Reader, item: dict[str, Any]) -> Database:
    has_insights = item.get("PerformanceInsightsEnabled")
    return Database(
        resource_id=item["DBInstanceArn"],
        account_id=reader.account_id,
        region=reader.region,
        observed_at=reader.at,
        name=item["DBInstanceIdentifier"],
        created_at=item.get("InstanceCreateTime"),
        tags=clean_tags(item.get("TagList")),
        state=item.get("DBInstanceStatus", ""),
        instance_class=item.get("DBInstanceClass", ""),
        engine=item.get("Engine", ""),
        storage_gib=item.get("AllocatedStorage", 0),
        storage_type=item.get("StorageType", ""),
        iops=item.get("Iops"),
        further_volumes=tuple(one.get("VolumeName", "") for one in item.get("AdditionalStorageVolumes", ())),
        is_multi_az=bool(item.get("MultiAZ")),
        cluster_id=item.get("DBClusterIdentifier"),
        replica_of=next((item[name] for name in SOURCES if item.get(name)), None),
        replica_ids=tuple(one for name in REPLICAS for one in item.get(name, ())),
        stable_id=item.get("DbiResourceId", ""),
        engine_version=item.get("EngineVersion", ""),
        major_version=major_version(item.get("EngineVersion", "")),
        extended_support=item.get("EngineLifecycleSupport") or None,
        backup_days=item.get("BackupRetentionPeriod", 0),
        backup_service="AWS Backup" if item.get("AwsBackupRecoveryPointArn") else None,
        insights_days=item.get("PerformanceInsightsRetentionPeriod") if has_insights else 0,
        insights_mode=item.get("DatabaseInsightsMode") or None,
    )


def major_version(version: str) -> str:
    """The part by which support is sold: 8.0 of 8.0.35 and of 8.0.mysql_aurora.3.05.2, 16 of 16.4, 9.6 of 9.6.24."""
    found = VERSION.match(version)
    if found is None:
        return ""
    is_one_number = found[2] is None or int(found[1]) >= FIRST_OF_ONE_NUMBER
    return found[1] if is_one_number else found[0]


def _clusters(reader: Reader) -> Listing[Any]:
    return reader.listing(
        DESCRIBE_CLUSTERS,
        result="DBClusters",
        row=lambda item: None if item.get("Engine") in OTHERS else cluster(reader, item),
        kinds=(DatabaseCluster.KIND,),
        page_size=100,
    )


def _with_support(
    reader: Reader, databases: Iterable[Database], clusters: Iterable[DatabaseCluster]
) -> Iterator[Database]:
    """Databases with the end of their version's support; a member of a cluster with what the cluster says of it."""
    databases = tuple(databases)
    by_name = {one.name: one for one in clusters}
    ends = _support_ends(reader) if any(database.engine in SUPPORTED for database in databases) else {}
    for database in databases:
        of = by_name.get(database.cluster_id or "")
        yield replace(
            database if of is None else with_cluster(database, of),
            standard_support_ends_at=ends.get((database.engine, database.major_version)),
        )


def _support_ends(reader: Reader) -> dict[tuple[str, str], datetime]:
    def row(item: dict[str, Any]) -> tuple[tuple[str, str], datetime] | None:
        stages = item.get("SupportedEngineLifecycles", ())
        ends = [one.get("LifecycleSupportEndDate") for one in stages if one.get("LifecycleSupportName") == STANDARD]
        key = (item.get("Engine", ""), item.get("MajorEngineVersion", ""))
        return next(((key, end) for end in ends if end is not None), None)

    return dict(reader.listing(DESCRIBE_VERSIONS, result="DBMajorEngineVersions", row=row, page_size=100).rows)


def _snapshots(reader: Reader, call: Call, *, of: str) -> Listing[Any]:
    return reader.listing(
        call,
        result="DBSnapshots" if of == "db" else "DBClusterSnapshots",
        row=lambda item: None if item.get("Engine") in OTHERS else _snapshot(reader, item, of=of),
        kinds=(DatabaseSnapshot.KIND,),
        page_size=100,
        SnapshotType="manual",
    )


def _snapshot(reader: Reader, item: dict[str, Any], *, of: str) -> _Taken:
    prefix, source = ("DB", "DBInstance") if of == "db" else ("DBCluster", "DBCluster")
    tags, name = clean_tags(item.get("TagList")), item[f"{prefix}SnapshotIdentifier"]
    is_kept = BACKUP_TAG in tags or name.startswith(BACKUP_NAME)
    return _Taken(
        source_id=item.get("DbiResourceId" if of == "db" else "DbClusterResourceId", ""),
        snapshot=DatabaseSnapshot(
            resource_id=item[f"{prefix}SnapshotArn"],
            account_id=reader.account_id,
            region=reader.region,
            observed_at=reader.at,
            name=name,
            created_at=item.get("SnapshotCreateTime"),
            tags=tags,
            state=item.get("Status", ""),
            snapshot_of=of,
            source_name=item.get(f"{source}Identifier", ""),
            engine=item.get("Engine", ""),
            size_gib=item.get("AllocatedStorage", 0),
            copied_from=_copied_from(reader, item),
            managed_by="backup" if is_kept else None,
        ),
    )


def _copied_from(reader: Reader, item: dict[str, Any]) -> str:
    """The ARN or region that a snapshot was copied from; "" where that is the same account and region."""
    source: str = item.get("SourceDBSnapshotIdentifier") or item.get("SourceDBClusterSnapshotArn") or ""
    here = f":rds:{reader.region}:{reader.account_id}:"
    if source and here not in source:
        return source
    region: str = item.get("SourceRegion") or reader.region
    return "" if region == reader.region else region


def _with_source(taken: _Taken, sources: Listing[Any]) -> DatabaseSnapshot:
    """The snapshot with whether its source stands, under its name or under another; unknown where the list broke off.

    A database of the same name counts too: an upgrade on a copy ends with the copy taking over the name.
    """
    source = next((one for one in sources.rows if _is_source(one, taken)), None)
    is_present = None if source is None and not sources.is_complete else source is not None
    backed_up = None if source is None else source.backup_days > 0
    return replace(taken.snapshot, is_source_present=is_present, is_source_backed_up=backed_up)


def _is_source(source: Database | DatabaseCluster, taken: _Taken) -> bool:
    return source.name == taken.snapshot.source_name or (bool(source.stable_id) and source.stable_id == taken.source_id)


def _with_uses(reader: Reader, snapshots: list[DatabaseSnapshot]) -> Iterator[DatabaseSnapshot]:
    """Snapshots with whom they are shared with and when they were exported. Nothing is asked where there are none."""
    if not snapshots:
        return
    exports: Listing[tuple[str, datetime]] = reader.listing(
        DESCRIBE_EXPORTS, result="ExportTasks", row=lambda item: _export(reader, item), page_size=100
    )
    last: dict[str, datetime] = {}
    for arn, started_at in exports.rows:
        last[arn] = max(started_at, last.get(arn, started_at))
    listed = [
        replace(one, last_exported_at=last.get(one.resource_id), are_exports_read=exports.is_complete)
        for one in snapshots
    ]
    yield from reader.together(*(partial(_with_sharing, reader, snapshot) for snapshot in listed))


def _export(reader: Reader, item: dict[str, Any]) -> tuple[str, datetime] | None:
    if item.get("Status") not in EXPORTED:
        return None
    return item["SourceArn"], item.get("TaskStartTime") or reader.at


def _with_sharing(reader: Reader, snapshot: DatabaseSnapshot) -> DatabaseSnapshot:
    if kept := reader.kept(snapshot):
        return kept
    shared_with = _shared_with(reader, snapshot)
    return replace(snapshot, shared_with=shared_with, are_details_read=shared_with is not None)


def _shared_with(reader: Reader, snapshot: DatabaseSnapshot) -> tuple[str, ...] | None:
    if snapshot.snapshot_of == "db":
        answer = reader.one(DESCRIBE_SHARING, DBSnapshotIdentifier=snapshot.name)
        result, attributes = "DBSnapshotAttributesResult", "DBSnapshotAttributes"
    else:
        answer = reader.one(DESCRIBE_CLUSTER_SHARING, DBClusterSnapshotIdentifier=snapshot.name)
        result, attributes = "DBClusterSnapshotAttributesResult", "DBClusterSnapshotAttributes"
    if answer is None:
        return None
    told = answer.get(result, {}).get(attributes, ())
    return tuple(
        one for each in told if each.get("AttributeName") == "restore" for one in each.get("AttributeValues", ())
    )


def _place(database: Database) -> MetricPlace:
    """A member of a cluster is looked at as a part of the whole: it may stand by while another serves."""
    if database.cluster_id:
        return of_whole(database.cluster_id)
    return MetricPlace(namespace="AWS/RDS", dimensions=(("DBInstanceIdentifier", database.name),))


COLLECTOR = Collector(
    service="rds",
    needs={
        Database: (DESCRIBE_DATABASES, DESCRIBE_VERSIONS),
        DatabaseCluster: (DESCRIBE_CLUSTERS,),
        DatabaseSnapshot: (
            DESCRIBE_SNAPSHOTS,
            DESCRIBE_CLUSTER_SNAPSHOTS,
            DESCRIBE_DATABASES,
            DESCRIBE_CLUSTERS,
            DESCRIBE_SHARING,
            DESCRIBE_CLUSTER_SHARING,
            DESCRIBE_EXPORTS,
        ),
    },
    calls=(
        DESCRIBE_DATABASES,
        DESCRIBE_CLUSTERS,
        DESCRIBE_SNAPSHOTS,
        DESCRIBE_CLUSTER_SNAPSHOTS,
        DESCRIBE_SHARING,
        DESCRIBE_CLUSTER_SHARING,
        DESCRIBE_EXPORTS,
        DESCRIBE_VERSIONS,
    ),
    collect=collect,
    places={Database: _place, DatabaseCluster: place},
    billed_as=("Amazon Relational Database Service",),
    recorded_as={
        Database: ("AWS::RDS::DBInstance",),
        DatabaseCluster: ("AWS::RDS::DBCluster",),
        DatabaseSnapshot: ("AWS::RDS::DBSnapshot", "AWS::RDS::DBClusterSnapshot"),
    },
)

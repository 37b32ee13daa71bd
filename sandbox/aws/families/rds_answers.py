"""What the RDS API answers: every database, the clusters, snapshots taken by hand, and the ends of engines' support."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from sandbox.aws.shaped import Answered, Asked
from sandbox.aws.wire import Refusal

if TYPE_CHECKING:
    from sandbox.aws.model import Estate, Item

# Engine, major version -> ends of standard and of extended support, as RDS tells them; None: it does not.
ENDS: dict[tuple[str, str], tuple[str, str] | None] = {
    ("mysql", "5.7"): ("2024-02-29", "2027-02-28"),
    ("mysql", "8.0"): ("2026-07-31", "2029-07-31"),
    ("mysql", "8.4"): ("2029-07-31", "2032-07-31"),
    ("mysql", "9.5"): None,  # of the preview environment
    ("postgres", "13"): ("2026-02-28", "2029-02-28"),
    ("postgres", "16"): ("2029-02-28", "2032-02-29"),
    ("aurora-mysql", "5.7"): ("2024-10-31", "2027-02-28"),
    ("aurora-mysql", "8.0"): ("2028-04-30", "2029-07-31"),
    ("oracle-ee", "19"): None,
}
STANDARD, EXTENDED = "open-source-rds-standard-support", "open-source-rds-extended-support"
MANUAL = "manual"
OF_CLUSTERS = ("document_instance", "graph_instance")  # of other services, which share this API
UNSOLD = {"eu-north-1": frozenset({"docdb", "neptune"})}  # where RDS takes the names of engines for wrong ones


def _tags(item: Item) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in item.tags.items()]


def _told(answer: dict[str, Any], item: Item) -> dict[str, Any]:
    """With what the item says itself; what is None there is not said at all."""
    return {name: value for name, value in (answer | item.shape).items() if value is not None}


def _databases(asked: Asked) -> dict[str, Any]:
    found = asked.of("database")
    others = [item.shape for kind in OF_CLUSTERS for item in asked.of(kind)]
    return {"DBInstances": _of_engine(asked, [*(_database(item, found) for item in found), *others])}


def _of_engine(asked: Asked, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Those that a filter asks for; the sandbox knows that by engine alone."""
    filters = asked.parameters.get("Filters", ())
    if any(one["Name"] != "engine" for one in filters):
        raise Refusal("InvalidParameterValue", "The sandbox knows the filter engine only.")
    for engine in (value for one in filters for value in one["Values"]):
        if engine in UNSOLD.get(asked.region, frozenset()):
            raise Refusal("InvalidParameterValue", f"Unrecognized engine name: {engine}")
    return [row for row in rows if all(row["Engine"] in one["Values"] for one in filters)]


def _database(item: Item, others: list[Item]) -> dict[str, Any]:
    facts = item.facts
    engine = facts.get("engine", "postgres")
    answer = {
        "DBInstanceIdentifier": item.name,
        "DBInstanceClass": facts["class"],
        "Engine": engine,
        "EngineVersion": facts.get("version", "16.4"),
        "DBInstanceStatus": facts["state"],
        "MasterUsername": "northwind",
        "Endpoint": {"Address": f"{item.name}.c1a2b3.{item.region}.rds.amazonaws.com", "Port": 5432},
        "AllocatedStorage": facts["size"],
        "InstanceCreateTime": item.created_at,
        "BackupRetentionPeriod": 7,
        "MultiAZ": facts["is_multi_az"],
        "StorageType": "aurora" if engine.startswith("aurora") else "gp2",
        "DBClusterIdentifier": facts.get("cluster"),
        "DbiResourceId": facts["resource_id"],
        "DBInstanceArn": item.native_id,
        "ReadReplicaSourceDBInstanceIdentifier": facts["source"],
        "ReadReplicaDBInstanceIdentifiers": [one.name for one in others if one.facts["source"] == item.name],
        "EngineLifecycleSupport": EXTENDED,
        "PerformanceInsightsEnabled": False,
        "DatabaseInsightsMode": "standard",
        "TagList": _tags(item),
    }
    return _told(answer, item)


def _clusters(asked: Asked) -> dict[str, Any]:
    """Every cluster. Which support those of RDS chose, the cluster says and no member does."""
    of_others: dict[str, dict[str, Any]] = {
        item.facts["cluster"]["DBClusterIdentifier"]: item.facts["cluster"]
        for kind in OF_CLUSTERS
        for item in asked.of(kind)
    }
    members: dict[str, list[str]] = {}
    for item in asked.of("database"):
        members.setdefault(item.facts.get("cluster") or "", []).append(item.name)
    own = [_cluster(item, members.get(item.name, [])) for item in asked.of("database_cluster")]
    return {"DBClusters": _of_engine(asked, [*own, *of_others.values()])}


def _cluster(item: Item, members: list[str]) -> dict[str, Any]:
    answer = {
        "MasterUsername": "northwind",
        "BackupRetentionPeriod": 7,
        "DBClusterMembers": [
            {"DBInstanceIdentifier": name, "IsClusterWriter": name == members[0], "PromotionTier": 1}
            for name in members
        ],
        "EngineLifecycleSupport": EXTENDED,
        "DeletionProtection": False,
        "ClusterScalabilityType": "standard",
        "TagList": _tags(item),
    }
    return _told(answer, item)


def _taken(asked: Asked, *, of_clusters: bool) -> list[Item]:
    if asked.parameters.get("SnapshotType", MANUAL) != MANUAL:
        raise Refusal("InvalidParameterValue", "The sandbox keeps snapshots of type manual only.")
    return [item for item in asked.of("database_snapshot") if item.facts["is_of_cluster"] == of_clusters]


def _snapshots(asked: Asked) -> dict[str, Any]:
    return {
        "DBSnapshots": [
            _told(
                {
                    "DBSnapshotIdentifier": item.name,
                    "DBSnapshotArn": item.native_id,
                    "DBInstanceIdentifier": item.facts["source"],
                    "DbiResourceId": item.facts["source_key"],
                    "SnapshotCreateTime": item.created_at,
                    "SnapshotType": MANUAL,
                    "Status": "available",
                    "Engine": "postgres",
                    "EngineVersion": "16.4",
                    "AllocatedStorage": 100,
                    "MasterUsername": "northwind",
                    "TagList": _tags(item),
                },
                item,
            )
            for item in _taken(asked, of_clusters=False)
        ]
    }


def _cluster_snapshots(asked: Asked) -> dict[str, Any]:
    return {
        "DBClusterSnapshots": [
            _told(
                {
                    "DBClusterSnapshotIdentifier": item.name,
                    "DBClusterSnapshotArn": item.native_id,
                    "DBClusterIdentifier": item.facts["source"],
                    "DbClusterResourceId": item.facts["source_key"],
                    "SnapshotCreateTime": item.created_at,
                    "SnapshotType": MANUAL,
                    "Status": "available",
                    "Engine": "aurora-mysql",
                    "EngineVersion": "5.7.mysql_aurora.2.12.5",
                    "AllocatedStorage": 80,
                    "MasterUsername": "northwind",
                    "TagList": _tags(item),
                },
                item,
            )
            for item in _taken(asked, of_clusters=True)
        ]
    }


def _attributes(asked: Asked, *, prefix: str, of_clusters: bool) -> dict[str, Any]:
    name = asked.parameters.get(f"{prefix}SnapshotIdentifier")
    item = next((one for one in _taken(asked, of_clusters=of_clusters) if one.name == name), None)
    if item is None:
        code = "DBSnapshotNotFound" if prefix == "DB" else "DBClusterSnapshotNotFoundFault"
        raise Refusal(code, f"{prefix}Snapshot {name} not found.", status=404)
    told = [{"AttributeName": "restore", "AttributeValues": list(item.facts["shared"])}]
    return {
        f"{prefix}SnapshotAttributesResult": {
            f"{prefix}SnapshotIdentifier": name,
            f"{prefix}SnapshotAttributes": told,
        }
    }


def _named(estate: Estate, *, of_clusters: bool) -> str:
    """The name of a snapshot that is answered for in the shop's first region."""
    found = [item for item in estate.of("database_snapshot") if item.facts["is_of_cluster"] == of_clusters]
    return next(item.name for item in found if item.region == "us-east-1")


def _exports(asked: Asked) -> dict[str, Any]:
    return {
        "ExportTasks": [
            {
                "ExportTaskIdentifier": f"export-{item.name}",
                "SourceArn": item.native_id,
                "SourceType": "SNAPSHOT",
                "TaskStartTime": asked.estate.as_of - timedelta(days=item.facts["exported_days"]),
                "Status": "COMPLETE",
                "S3Bucket": "northwind-archive",
                "S3Prefix": "rds",
            }
            for item in asked.of("database_snapshot")
            if item.facts["exported_days"] is not None
        ]
    }


def _versions(_: Asked) -> dict[str, Any]:
    return {
        "DBMajorEngineVersions": [
            {"Engine": engine, "MajorEngineVersion": major, "SupportedEngineLifecycles": _stages(*ends or ())}
            for (engine, major), ends in ENDS.items()
        ]
    }


def _stages(standard: str = "", extended: str = "") -> list[dict[str, Any]]:
    if not standard:
        return []
    first, last = (datetime.fromisoformat(day).replace(tzinfo=UTC) for day in (standard, extended))
    return [
        {
            "LifecycleSupportName": STANDARD,
            "LifecycleSupportStartDate": first - timedelta(days=1826),
            "LifecycleSupportEndDate": first,
        },
        {
            "LifecycleSupportName": EXTENDED,
            "LifecycleSupportStartDate": first + timedelta(days=1),
            "LifecycleSupportEndDate": last,
        },
    ]


ANSWERS = (
    Answered(service="rds", operation="DescribeDBInstances", make=_databases, honours=frozenset({"Filters"})),
    Answered(service="rds", operation="DescribeDBClusters", make=_clusters, honours=frozenset({"Filters"})),
    Answered(service="rds", operation="DescribeDBSnapshots", make=_snapshots, honours=frozenset({"SnapshotType"})),
    Answered(
        service="rds",
        operation="DescribeDBClusterSnapshots",
        make=_cluster_snapshots,
        honours=frozenset({"SnapshotType"}),
    ),
    Answered(
        service="rds",
        operation="DescribeDBSnapshotAttributes",
        make=lambda asked: _attributes(asked, prefix="DB", of_clusters=False),
        honours=frozenset({"DBSnapshotIdentifier"}),
        tried_with=lambda estate: {"DBSnapshotIdentifier": _named(estate, of_clusters=False)},
    ),
    Answered(
        service="rds",
        operation="DescribeDBClusterSnapshotAttributes",
        make=lambda asked: _attributes(asked, prefix="DBCluster", of_clusters=True),
        honours=frozenset({"DBClusterSnapshotIdentifier"}),
        tried_with=lambda estate: {"DBClusterSnapshotIdentifier": _named(estate, of_clusters=True)},
    ),
    Answered(service="rds", operation="DescribeExportTasks", make=_exports),
    Answered(service="rds", operation="DescribeDBMajorEngineVersions", make=_versions),
)

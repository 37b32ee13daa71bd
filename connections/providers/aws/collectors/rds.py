"""Managed database instances."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from connections.provider import Call, Collector, MetricPlace
from connections.providers.aws.reader import clean_tags
from connections.resources import Database, Thing

if TYPE_CHECKING:
    from collections.abc import Iterator

    from connections.providers.aws.reader import Reader

DESCRIBE_DATABASES = Call(
    service="rds",
    operation="DescribeDBInstances",
    action="rds:DescribeDBInstances",
    why="Lists managed databases with their size and state.",
    cheapest={"MaxRecords": 20},
    withheld=(
        "DBInstances.DBSubnetGroup",
        "DBInstances.DomainMemberships",
        "DBInstances.MasterUserSecret",
        "DBInstances.MasterUsername",
        "DBInstances.PendingModifiedValues",
        "DBInstances.TdeCredentialArn",
    ),
)


def collect(reader: Reader) -> Iterator[Thing]:
    """Every database instance of one region. Engines of other services that share this API are left out."""
    yield from reader.listing(
        DESCRIBE_DATABASES,
        result="DBInstances",
        row=lambda item: _database(reader, item),
        kinds=(Database.KIND,),
        page_size=100,
    ).rows


def _database(reader: Reader, item: dict[str, Any]) -> Database | None:
    if item.get("Engine") in {"docdb", "neptune"}:
        return None
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
        is_multi_az=bool(item.get("MultiAZ")),
        cluster_id=item.get("DBClusterIdentifier"),
        replica_of=item.get("ReadReplicaSourceDBInstanceIdentifier") or None,
        replica_ids=tuple(item.get("ReadReplicaDBInstanceIdentifiers", ())),
    )


def _place(database: Database) -> MetricPlace:
    return MetricPlace(namespace="AWS/RDS", dimensions=(("DBInstanceIdentifier", database.name),))


COLLECTOR = Collector(
    service="rds",
    needs={Database: (DESCRIBE_DATABASES,)},
    calls=(DESCRIBE_DATABASES,),
    collect=collect,
    places={Database: _place},
    billed_as=("Amazon Relational Database Service",),
)

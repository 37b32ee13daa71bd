"""DynamoDB tables, each with the bounds within which Application Auto Scaling moves what is kept for it."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from connections.provider import Call, Collector, MetricPlace
from connections.providers.aws.reader import clean_tags
from connections.providers.aws.scaling import DESCRIBE_TARGETS, targets
from connections.resources.tables import Table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from connections.providers.aws.reader import Listing, Reader
    from connections.resources import Thing

LIST_TABLES = Call(
    service="dynamodb",
    operation="ListTables",
    action="dynamodb:ListTables",
    why="Lists the names of tables.",
    cheapest={"Limit": 1},
)
DESCRIBE_TABLE = Call(
    service="dynamodb",
    operation="DescribeTable",
    action="dynamodb:DescribeTable",
    why="Tells a table's capacity, size, indexes and replicas; none of its items.",
    cheapest={"TableName": "costframe-none"},
    answers_cheapest=frozenset({"ResourceNotFoundException"}),
    absent=frozenset({"ResourceNotFoundException"}),
    withheld=("Table.AttributeDefinitions", "Table.KeySchema", "Table.Replicas.ReplicaStatusDescription"),
)
LIST_TAGS = Call(
    service="dynamodb",
    operation="ListTagsOfResource",
    action="dynamodb:ListTagsOfResource",
    why="Reads tables' tags, so that an action list can be given to their owners.",
    cheapest={"ResourceArn": "arn:aws:dynamodb:{region}:{account_id}:table/costframe-none"},
    answers_cheapest=frozenset({"ResourceNotFoundException"}),
    absent=frozenset({"ResourceNotFoundException"}),
)
LIST_GLOBAL_TABLES = Call(
    service="dynamodb",
    operation="ListGlobalTables",
    action="dynamodb:ListGlobalTables",
    why="Tells which tables are replicas of a global table of the version of 2017, which their own details do not say.",
    cheapest={"Limit": 1},
)
STREAM_OF_REPLICAS = "NEW_AND_OLD_IMAGES"  # what the stream of each replica of the version of 2017 holds
READ, WRITE = "dynamodb:table:ReadCapacityUnits", "dynamodb:table:WriteCapacityUnits"
GIB = 1024**3


def collect(reader: Reader) -> Iterator[Thing]:
    """Every table of one region. One that goes between two calls is left out."""
    names: Listing[str] = reader.listing(
        LIST_TABLES, result="TableNames", row=str, kinds=(Table.KIND,), page_size=100
    )  # fmt: skip
    if not names.rows:
        return
    found = reader.together(*(partial(_table, reader, name) for name in names.rows))
    tables = _with_replicas(reader, [table for table in found if table is not None])
    scaled = targets(reader, namespace="dynamodb")
    bounds = dict(scaled.rows)
    for table in tables:
        reads, writes = (
            bounds.get((f"table/{table.name}", dimension), () if scaled.is_complete else None)
            for dimension in (READ, WRITE)
        )
        yield replace(table, read_scaling=reads, write_scaling=writes)


def _table(reader: Reader, name: str) -> Table | None:
    arn = f"arn:aws:dynamodb:{reader.region}:{reader.account_id}:table/{name}"
    if kept := reader.kept_by_id(Table, resource_id=arn):
        return kept
    answer = reader.one(DESCRIBE_TABLE, kinds=(Table.KIND,), TableName=name)
    item = (answer or {}).get("Table")
    if item is None:
        return None
    table = _described(reader, item)
    tags = _tags(reader, table)
    return replace(table, tags=clean_tags(list(tags.rows)), are_details_read=tags.is_complete)


def _with_replicas(reader: Reader, tables: list[Table]) -> list[Table]:
    """Tables with where else they stand by the version of 2017. It is asked for only where one of them may be of it."""
    if not any(_may_be_replica(table) for table in tables):
        return tables
    listed: Listing[tuple[str, tuple[str, ...]]] = reader.listing(
        LIST_GLOBAL_TABLES,
        result="GlobalTables",
        row=lambda item: (item["GlobalTableName"], _elsewhere(item, region=reader.region)),
        RegionName=reader.region,
    )
    groups = dict(listed.rows)
    unlisted = () if listed.is_complete else None
    return [
        replace(table, replica_regions=groups.get(table.name, unlisted)) if _may_be_replica(table) else table
        for table in tables
    ]


def _elsewhere(item: dict[str, Any], *, region: str) -> tuple[str, ...]:
    """The other regions of a global table: its group names this one too, as a table's own replicas do not."""
    regions = (one.get("RegionName", "") for one in item.get("ReplicationGroup", ()))
    return tuple(one for one in regions if one != region)


def _may_be_replica(table: Table) -> bool:
    """A replica of the version of 2017 has a stream of all changes, by which it follows the others."""
    return table.has_full_stream and not table.replica_regions


def _described(reader: Reader, item: dict[str, Any]) -> Table:
    kept = item.get("ProvisionedThroughput", {})
    return Table(
        resource_id=item["TableArn"],
        account_id=reader.account_id,
        region=reader.region,
        observed_at=reader.at,
        name=item["TableName"],
        created_at=item.get("CreationDateTime"),
        state=item.get("TableStatus", ""),
        # A table that was never switched to payment by request says nothing of its mode.
        billing_mode=item.get("BillingModeSummary", {}).get("BillingMode") or "PROVISIONED",
        table_class=item.get("TableClassSummary", {}).get("TableClass") or "STANDARD",
        read_units=kept.get("ReadCapacityUnits", 0),
        write_units=kept.get("WriteCapacityUnits", 0),
        size_gib=round(item.get("TableSizeBytes", 0) / GIB, 3),
        index_names=tuple(one["IndexName"] for one in item.get("GlobalSecondaryIndexes", ())),
        replica_regions=tuple(one.get("RegionName", "") for one in item.get("Replicas", ())),
        has_full_stream=item.get("StreamSpecification", {}).get("StreamViewType") == STREAM_OF_REPLICAS,
    )


def _tags(reader: Reader, table: Table) -> Listing[dict[str, str]]:
    return reader.listing(LIST_TAGS, result="Tags", row=lambda pair: pair, ResourceArn=table.resource_id)


def _place(table: Table) -> MetricPlace:
    return MetricPlace(namespace="AWS/DynamoDB", dimensions=(("TableName", table.name),))


COLLECTOR = Collector(
    service="dynamodb",
    needs={Table: (LIST_TABLES, DESCRIBE_TABLE, LIST_GLOBAL_TABLES, DESCRIBE_TARGETS)},
    calls=(LIST_TABLES, DESCRIBE_TABLE, LIST_GLOBAL_TABLES, LIST_TAGS, DESCRIBE_TARGETS),
    collect=collect,
    places={Table: _place},
    billed_as=("Amazon DynamoDB",),
    recorded_as={Table: ("AWS::DynamoDB::Table",)},
)

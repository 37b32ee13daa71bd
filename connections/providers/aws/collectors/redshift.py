"""Redshift: clusters, each with its schedules and whether its data is shared. No table, query or user is read."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from connections.provider import Call, Collector, MetricPlace
from connections.providers.aws.reader import clean_tags
from connections.resources.warehouses import Warehouse

if TYPE_CHECKING:
    from collections.abc import Iterator

    from connections.providers.aws.reader import Listing, Reader
    from connections.resources import Thing

DESCRIBE_CLUSTERS = Call(
    service="redshift",
    operation="DescribeClusters",
    action="redshift:DescribeClusters",
    why="Lists data warehouses with their nodes and state.",
    cheapest={"MaxRecords": 20},
    withheld=(
        "Clusters.ClusterParameterGroups",
        "Clusters.ClusterPublicKey",
        "Clusters.MasterPasswordSecretArn",
        "Clusters.MasterPasswordSecretKmsKeyId",
        "Clusters.MasterUsername",
        "Clusters.PendingModifiedValues",
    ),
)
DESCRIBE_SCHEDULES = Call(
    service="redshift",
    operation="DescribeScheduledActions",
    action="redshift:DescribeScheduledActions",
    why="Tells which data warehouses are paused by a schedule already.",
    cheapest={"MaxRecords": 20},
    withheld=("ScheduledActions.ScheduledActionDescription",),
)
DESCRIBE_SHARES = Call(
    service="redshift",
    operation="DescribeDataShares",
    action="redshift:DescribeDataShares",
    why="Tells whose data others read without a connection, so that no such data warehouse is called unused.",
    cheapest={"MaxRecords": 20},
)
WORDS = {"PauseCluster": "pause", "ResumeCluster": "resume", "ResizeCluster": "resize"}


def collect(reader: Reader) -> Iterator[Thing]:
    """Every cluster of one region. Serverless workgroups are another type, and are not read."""
    clusters: Listing[Any] = reader.listing(
        DESCRIBE_CLUSTERS, result="Clusters", row=lambda item: item, kinds=(Warehouse.KIND,), page_size=100
    )
    if not clusters.rows:
        return
    schedules: Listing[Any]
    shares: Listing[Any]
    schedules, shares = reader.together(lambda: _schedules(reader), lambda: _shares(reader))
    for item in clusters.rows:
        found = _warehouse(reader, item)
        done = sorted({word for name, word in schedules.rows if name == found.name})
        is_shared = item.get("ClusterNamespaceArn") in shares.rows
        yield replace(
            found,
            schedules=tuple(done) if schedules.is_complete else None,
            is_shared=is_shared if is_shared or shares.is_complete else None,
        )


def _warehouse(reader: Reader, item: dict[str, Any]) -> Warehouse:
    name = item["ClusterIdentifier"]
    return Warehouse(
        resource_id=f"arn:aws:redshift:{reader.region}:{reader.account_id}:cluster:{name}",
        account_id=reader.account_id,
        region=reader.region,
        observed_at=reader.at,
        name=name,
        created_at=item.get("ClusterCreateTime"),
        tags=clean_tags(item.get("Tags")),
        state=item.get("ClusterStatus", ""),
        node_type=item.get("NodeType", ""),
        node_count=item.get("NumberOfNodes", 0),
        is_multi_az=item.get("MultiAZ", "").lower() == "enabled",
    )


def _schedules(reader: Reader) -> Listing[Any]:
    return reader.listing(DESCRIBE_SCHEDULES, result="ScheduledActions", row=_schedule, page_size=100)


def _schedule(item: dict[str, Any]) -> tuple[str, str] | None:
    """The cluster that it acts on, and what it does; one that is switched off does nothing."""
    for name, what in item.get("TargetAction", {}).items():
        if item.get("State") == "ACTIVE" and name in WORDS:
            return what["ClusterIdentifier"], WORDS[name]
    return None


def _shares(reader: Reader) -> Listing[Any]:
    """The namespaces of those whose data is shared with somebody."""
    return reader.listing(
        DESCRIBE_SHARES,
        result="DataShares",
        row=lambda item: item.get("ProducerArn") if item.get("DataShareAssociations") else None,
        page_size=100,
    )


def _place(warehouse: Warehouse) -> MetricPlace:
    return MetricPlace(namespace="AWS/Redshift", dimensions=(("ClusterIdentifier", warehouse.name),))


COLLECTOR = Collector(
    service="redshift",
    needs={Warehouse: (DESCRIBE_CLUSTERS, DESCRIBE_SCHEDULES, DESCRIBE_SHARES)},
    calls=(DESCRIBE_CLUSTERS, DESCRIBE_SCHEDULES, DESCRIBE_SHARES),
    collect=collect,
    places={Warehouse: _place},
    billed_as=("Amazon Redshift",),
    recorded_as={Warehouse: ("AWS::Redshift::Cluster",)},
)

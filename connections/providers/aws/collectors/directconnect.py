"""Direct Connect: ports with their state. Interfaces, whose answer holds the keys of sessions, are never asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from connections.provider import Call, Collector, MetricPlace
from connections.providers.aws.reader import clean_tags
from connections.resources.links import DirectConnection

if TYPE_CHECKING:
    from collections.abc import Iterator

    from connections.providers.aws.reader import Reader
    from connections.resources import Thing

DESCRIBE_CONNECTIONS = Call(
    service="directconnect",
    operation="DescribeConnections",
    action="directconnect:DescribeConnections",
    why="Lists ports of Direct Connect with their state; no interface and no key.",
    withheld=("connections.macSecKeys",),
    kept={"nextToken": "Which page comes next."},
)
GONE = frozenset({"deleted", "deleting", "rejected"})


def collect(reader: Reader) -> Iterator[Thing]:
    """Every port of one region, but for those that are gone."""
    yield from reader.listing(
        DESCRIBE_CONNECTIONS,
        result="connections",
        row=lambda item: None if item.get("connectionState") in GONE else _connection(reader, item),
        kinds=(DirectConnection.KIND,),
    ).rows


def _connection(reader: Reader, item: dict[str, Any]) -> DirectConnection:
    tags = clean_tags([{"Key": one["key"], "Value": one.get("value", "")} for one in item.get("tags", ())])
    return DirectConnection(
        resource_id=item["connectionId"],
        account_id=reader.account_id,
        region=reader.region,
        observed_at=reader.at,
        name=item.get("connectionName", ""),
        tags=tags,
        state=item.get("connectionState", ""),
        bandwidth=item.get("bandwidth", ""),
        location=item.get("location", ""),
        owner_id=item.get("ownerAccount", ""),
        group_id=item.get("lagId", ""),
        letter_at=item.get("loaIssueTime"),
    )


def _place(connection: DirectConnection) -> MetricPlace:
    return MetricPlace(namespace="AWS/DX", dimensions=(("ConnectionId", connection.resource_id),))


COLLECTOR = Collector(
    service="directconnect",
    needs={DirectConnection: (DESCRIBE_CONNECTIONS,)},
    calls=(DESCRIBE_CONNECTIONS,),
    collect=collect,
    places={DirectConnection: _place},
    billed_as=("AWS Direct Connect",),
)

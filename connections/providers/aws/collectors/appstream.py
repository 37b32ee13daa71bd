"""AppStream (WorkSpaces Applications): fleets of streaming machines. Who streams, and what, is not even parsed."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from connections.provider import Call, Collector, MetricPlace
from connections.providers.aws.tagging import GET_RESOURCES, tags_by_arn
from connections.resources.streaming import StreamingFleet

if TYPE_CHECKING:
    from collections.abc import Iterator

    from connections.providers.aws.reader import Reader
    from connections.resources import Thing

DESCRIBE_FLEETS = Call(
    service="appstream",
    operation="DescribeFleets",
    action="appstream:DescribeFleets",
    why="Lists fleets of streaming machines with their type and state.",
    withheld=(
        "Fleets.Description",
        "Fleets.DisplayName",
        "Fleets.DomainJoinInfo",
        "Fleets.FleetErrors",
        "Fleets.SessionScriptS3Location",
        "Fleets.UsbDeviceFilterStrings",
    ),
)


def collect(reader: Reader) -> Iterator[Thing]:
    """Every fleet of one region. Tags are asked for only where there is one."""
    fleets = reader.listing(
        DESCRIBE_FLEETS, result="Fleets", row=lambda item: _fleet(reader, item), kinds=(StreamingFleet.KIND,)
    ).rows
    tags = tags_by_arn(reader, "appstream:fleet") if fleets else {}
    for fleet in fleets:
        yield replace(fleet, tags=tags.get(fleet.resource_id, {}))


def _fleet(reader: Reader, item: dict[str, Any]) -> StreamingFleet:
    return StreamingFleet(
        resource_id=item["Arn"],
        account_id=reader.account_id,
        region=reader.region,
        observed_at=reader.at,
        name=item["Name"],
        created_at=item.get("CreatedTime"),
        state=item.get("State", ""),
        fleet_type=item.get("FleetType", ""),
        instance_type=item.get("InstanceType", ""),
        running_count=item.get("ComputeCapacityStatus", {}).get("Running"),
    )


def _place(fleet: StreamingFleet) -> MetricPlace:
    return MetricPlace(namespace="AWS/AppStream", dimensions=(("Fleet", fleet.name),))


COLLECTOR = Collector(
    service="appstream",
    needs={StreamingFleet: (DESCRIBE_FLEETS,)},
    calls=(DESCRIBE_FLEETS, GET_RESOURCES),
    collect=collect,
    places={StreamingFleet: _place},
    billed_as=("Amazon AppStream", "Amazon WorkSpaces Applications"),
)

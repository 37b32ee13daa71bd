"""Capacity reservations, as EC2's collector reads them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from connections.provider import Call, MetricPlace
from connections.providers.aws.reader import clean_tags
from connections.resources.capacity import CapacityReservation

if TYPE_CHECKING:
    from connections.providers.aws.reader import Listing, Reader

DESCRIBE_RESERVATIONS = Call(
    service="ec2",
    operation="DescribeCapacityReservations",
    action="ec2:DescribeCapacityReservations",
    why="Lists capacity that is kept free for machines, and how much of it none uses.",
    cheapest={"MaxResults": 1},
)


def reservations(reader: Reader) -> Listing[CapacityReservation]:
    """Those of this account: one that another shares with it is charged to the other."""
    return reader.listing(
        DESCRIBE_RESERVATIONS,
        result="CapacityReservations",
        row=lambda item: _reservation(reader, item) if item.get("OwnerId") == reader.account_id else None,
        kinds=(CapacityReservation.KIND,),
        page_size=100,
    )


def place(reservation: CapacityReservation) -> MetricPlace:
    """Where CloudWatch keeps how much of it is used."""
    dimensions = (("CapacityReservationId", reservation.resource_id),)
    return MetricPlace(namespace="AWS/EC2CapacityReservations", dimensions=dimensions)


def _reservation(reader: Reader, item: dict[str, Any]) -> CapacityReservation:
    tags = clean_tags(item.get("Tags"))
    return CapacityReservation(
        resource_id=item["CapacityReservationId"],
        account_id=reader.account_id,
        region=reader.region,
        observed_at=reader.at,
        name=tags.get("Name", ""),
        created_at=item.get("CreateDate"),
        tags=tags,
        state=item["State"],
        instance_type=item.get("InstanceType", ""),
        total_count=item.get("TotalInstanceCount", 0),
        available_count=item.get("AvailableInstanceCount"),
        ends_at=item.get("EndDate"),
        commitment_ends_at=item.get("CommitmentInfo", {}).get("CommitmentEndDate"),
        is_block=item.get("ReservationType") == "capacity-block",
        is_lent=bool(item.get("Interruptible")),
        fleet_id=item.get("CapacityReservationFleetId", ""),
    )

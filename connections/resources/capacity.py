"""Capacity that is kept free for machines."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from connections.resources.thing import Thing

if TYPE_CHECKING:
    from datetime import datetime


@dataclass(frozen=True, kw_only=True)
class CapacityReservation(Thing):
    """Capacity for so many machines of a type, charged whether they run or not. `state` is active, cancelled, expired,
    pending, scheduled and the like.

    `available_count` is how many machines could still be started in it. `ends_at` is None where it runs until it is
    cancelled; before `commitment_ends_at` it cannot be made smaller, and cancelling it is charged. `is_block` says that
    it was paid for beforehand, for a time that is fixed; `is_lent` that another reservation lends its capacity, which
    goes back there, to work that may be interrupted. `fleet_id` is the fleet of reservations that made it, and that
    makes, changes and cancels its members to have as much in all as it was told; "" where none did.
    """

    KIND: ClassVar[str] = "capacity_reservation"
    SERVICE: ClassVar[str] = "ec2"
    ARN: ClassVar[str] = "arn:aws:ec2:{region}:{account_id}:capacity-reservation/{resource_id}"

    state: str
    instance_type: str
    total_count: int
    available_count: int | None = None
    ends_at: datetime | None = None
    commitment_ends_at: datetime | None = None
    is_block: bool = False
    is_lent: bool = False
    fleet_id: str = ""

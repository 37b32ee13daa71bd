"""Public addresses, by what holds them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from connections.resources.thing import Thing


@dataclass(frozen=True, kw_only=True)
class HeldAddress(Thing):
    """A reserved public address that a network interface holds. `interface_state` is in-use, attaching, detaching, or
    available where the interface is attached to nothing. `is_requester_managed`: a service keeps the interface.
    """

    KIND: ClassVar[str] = "held_address"
    SERVICE: ClassVar[str] = "network-interfaces"
    ARN: ClassVar[str] = "arn:aws:ec2:{region}:{account_id}:elastic-ip/{resource_id}"

    public_ip: str
    interface_id: str
    interface_state: str
    is_requester_managed: bool = False

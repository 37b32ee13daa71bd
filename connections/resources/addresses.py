"""Public addresses, by what holds them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from connections.resources.thing import Thing


@dataclass(frozen=True, kw_only=True)
class HeldAddress(Thing):
    """A reserved public address that a network interface holds. `interface_state` is in-use, attaching, detaching, or
    available where the interface is attached to nothing. `is_requester_managed`: a service keeps the interface. `pool`
    is the range of its owner's that it comes from, "" where it is one of the provider's own; None: could not be read.
    """

    KIND: ClassVar[str] = "held_address"
    SERVICE: ClassVar[str] = "network-interfaces"
    ARN: ClassVar[str] = "arn:aws:ec2:{region}:{account_id}:elastic-ip/{resource_id}"

    public_ip: str
    interface_id: str
    interface_state: str
    is_requester_managed: bool = False
    pool: str | None = None


@dataclass(frozen=True, kw_only=True)
class GivenAddress(Thing):
    """A public IPv4 address of the provider's own that a network interface was given, under the interface's id.

    It is charged as a reserved one is, and goes back when its machine stops. `created_at` is when the interface was
    attached, `instance_id` the machine that it is attached to, "" where that is none of the account's.
    `is_requester_managed`: a service keeps the interface, and says which address it has. `is_routed` says whether the
    routes of its subnet lead to an Internet gateway, or to what may lead to one; None: they could not be read.
    """

    KIND: ClassVar[str] = "given_address"
    SERVICE: ClassVar[str] = "network-interfaces"
    ARN: ClassVar[str] = "arn:aws:ec2:{region}:{account_id}:network-interface/{resource_id}"

    public_ip: str
    interface_state: str
    instance_id: str = ""
    subnet_id: str = ""
    is_requester_managed: bool = False
    is_routed: bool | None = None

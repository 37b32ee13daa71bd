"""What looks at traffic between networks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from connections.resources.thing import Thing


@dataclass(frozen=True, kw_only=True)
class Firewall(Thing):
    """A network firewall, made when its first endpoint was. `zones` are those in which it has an endpoint, each charged
    by the hour; None: not read.

    `is_routed`: some route leads to one of its endpoints; None where not all that might could be read, or where traffic
    comes to it by other ways (a transit gateway, endpoints in other networks). `has_associations`: it has endpoints in
    other networks, whose zones and packets are not among its own. `is_proxy`: clients send requests to it by
    its name, which needs no route.
    """

    KIND: ClassVar[str] = "firewall"
    SERVICE: ClassVar[str] = "network-firewall"

    state: str
    vpc_id: str = ""
    zones: tuple[str, ...] | None = None
    is_routed: bool | None = None
    has_associations: bool = False
    is_proxy: bool = False

"""Links between the cloud and networks of the customer's own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from connections.resources.thing import Thing

if TYPE_CHECKING:
    from datetime import datetime


@dataclass(frozen=True, kw_only=True)
class VpnConnection(Thing):
    """A VPN connection of two tunnels. It is known by what its tunnels report: its own listing holds their keys."""

    KIND: ClassVar[str] = "vpn_connection"
    SERVICE: ClassVar[str] = "vpn"
    ARN: ClassVar[str] = "arn:aws:ec2:{region}:{account_id}:vpn-connection/{resource_id}"


@dataclass(frozen=True, kw_only=True)
class DirectConnection(Thing):
    """A port of Direct Connect. `state` is available or down once it was set up, requested, pending and so on before.

    `bandwidth` in the provider's word ("1Gbps"). `letter_at` is when the letter by which a data centre may lay the
    cable was last fetched, which is what AWS tells. `owner_id` is the account that pays. `group_id` names the group of
    links that it is one of.
    """

    KIND: ClassVar[str] = "direct_connection"
    SERVICE: ClassVar[str] = "directconnect"
    ARN: ClassVar[str] = "arn:aws:directconnect:{region}:{account_id}:dxcon/{resource_id}"

    state: str
    bandwidth: str = ""
    location: str = ""
    owner_id: str = ""
    group_id: str = ""
    letter_at: datetime | None = None

"""Whether the routes of a subnet lead to the Internet by the addresses of its own interfaces."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from connections.providers.aws.reader import Listing

# What a route may lead to and never reaches the Internet by the interface's own address: a NAT gateway has another, and
# the VPC's own Internet gateway alone knows the interface's.
ELSEWHERE = frozenset(
    {
        "CarrierGatewayId",
        "CoreNetworkArn",
        "EgressOnlyInternetGatewayId",
        "LocalGatewayId",
        "NatGatewayId",
        "OdbNetworkArn",
        "TransitGatewayId",
        "VpcPeeringConnectionId",
    }
)
HOW = frozenset({"DestinationCidrBlock", "DestinationPrefixListId", "Origin", "State", "InstanceOwnerId"})
INSIDE = ("local", "vgw-")
ENDPOINT = "vpce-"
OF_IPV6 = "DestinationIpv6CidrBlock"


@dataclass(frozen=True, kw_only=True)
class RouteTable:
    """A route table: its VPC, the subnets that name it, whether all others have it, and what leads out or may do so."""

    vpc_id: str
    is_main: bool
    subnet_ids: frozenset[str]
    ways: frozenset[str]


def route_table(item: dict[str, Any]) -> RouteTable:
    """A route table as EC2 lists it, by its routes for IPv4."""
    joined = item.get("Associations", ())
    return RouteTable(
        vpc_id=item.get("VpcId", ""),
        is_main=any(one.get("Main") for one in joined),
        subnet_ids=frozenset(one["SubnetId"] for one in joined if one.get("SubnetId")),
        ways=frozenset(way for route in item.get("Routes", ()) if OF_IPV6 not in route for way in _ways(route)),
    )


def _ways(route: dict[str, Any]) -> tuple[str, ...]:
    """What a route leads to that may end at the Internet: whatever is not known to end elsewhere."""
    targets = {name: target for name, target in route.items() if name not in HOW and target}
    return tuple(
        str(target) for name, target in targets.items() if name not in ELSEWHERE and not str(target).startswith(INSIDE)
    )


def leads_out(
    *, subnet_id: str, vpc_id: str, tables: Listing[RouteTable], gateway_endpoints: Listing[str]
) -> bool | None:
    """Whether the subnet's routes lead to the Internet by its interfaces' own addresses, or may; None: not known.

    `gateway_endpoints` are endpoints that lead to S3 and DynamoDB alone. All others, of firewalls for one, may stand
    before an Internet gateway, as another interface may.
    """
    if not tables.is_complete or not subnet_id:
        return None
    own = [one for one in tables.rows if subnet_id in one.subnet_ids]
    found = own or [one for one in tables.rows if one.is_main and one.vpc_id == vpc_id]
    if not found:
        return None
    ways = {way for one in found for way in one.ways}.difference(gateway_endpoints.rows)
    if ways and not gateway_endpoints.is_complete and all(way.startswith(ENDPOINT) for way in ways):
        return None
    return bool(ways)

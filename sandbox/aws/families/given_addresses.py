"""Public IPv4 addresses that AWS gave to interfaces: with a way to the Internet, without one, and behind firewalls."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.aws import charges
from sandbox.aws.cases import Case, stands, tag_list
from sandbox.aws.model import Item

if TYPE_CHECKING:
    from sandbox.aws.cases import Stand
    from sandbox.aws.model import Draw, Estate

UNROUTED = "aws_vpc_public_address_unrouted"
RESOURCE_TYPES = {"given_address": "Network Interface"}
EVERYWHERE, EVERYWHERE_6 = ("DestinationCidrBlock", "0.0.0.0/0"), ("DestinationIpv6CidrBlock", "::/0")
OFFICE, STORAGE = ("DestinationCidrBlock", "203.0.113.0/24"), ("DestinationPrefixListId", "pl-63a5400a")
GATEWAY, NAT, TRANSIT = ("GatewayId", "igw"), ("NatGatewayId", "nat"), ("TransitGatewayId", "tgw")
FIREWALL, APPLIANCE = ("GatewayId", "vpce"), ("NetworkInterfaceId", "eni")
TO_STORAGE = ("GatewayId", "storage")  # the gateway endpoint that this family puts beside the interface
# `routes` are what the subnet's own table has beside the VPC's own; None: it has no table and falls to the main one,
# which has `main`. `is_untold` leaves that one out too, as of a VPC of which not all is seen.
CASES = {
    "address_routed": Case(count=4, has={"routes": [(EVERYWHERE, GATEWAY)]}),
    "address_by_main_table": Case(has={"routes": None, "main": [(EVERYWHERE, GATEWAY)]}),
    "address_without_route": Case(count=2, wastes=(UNROUTED,), has={"routes": []}),
    "address_behind_nat": Case(count=2, wastes=(UNROUTED,), has={"routes": [(EVERYWHERE, NAT), (STORAGE, TO_STORAGE)]}),
    "address_main_without_route": Case(wastes=(UNROUTED,), has={"routes": None, "main": [(EVERYWHERE, TRANSIT)]}),
    "address_ipv6_alone": Case(
        wastes=(UNROUTED,), has={"routes": [(EVERYWHERE_6, GATEWAY)]}, trap="a way to the Internet, for IPv6 alone"
    ),
    "address_not_billed": Case(
        count=2,
        wastes=(UNROUTED,),
        untold=(UNROUTED,),
        has={"routes": [(EVERYWHERE, NAT)], "is_free": True},
        trap="no way to the Internet, and the bill has no line under its interface",
    ),
    "address_of_office": Case(
        has={"routes": [(OFFICE, GATEWAY)]}, trap="no default route, but one to a single network"
    ),
    "address_behind_firewall": Case(
        has={"routes": [(EVERYWHERE, FIREWALL)]}, trap="no route to an Internet gateway, but one by a firewall"
    ),
    "address_behind_appliance": Case(
        has={"routes": [(EVERYWHERE, APPLIANCE)]}, trap="no route to an Internet gateway, but one by another machine"
    ),
    "address_of_service": Case(
        count=2, has={"routes": [], "owner": "amazon-elb"}, trap="no way to the Internet, but a balancer's own"
    ),
    "address_operated": Case(has={"routes": [], "is_operated": True}, trap="of a machine that EKS runs for its owner"),
    "address_new": Case(age_days=3, has={"routes": []}, trap="no way to the Internet yet: attached three days ago"),
    "address_untold": Case(
        count=2, unknowns=(UNROUTED,), has={"routes": None, "is_untold": True}, trap="its VPC's main table is not seen"
    ),
}


def add(draw: Draw, estate: Estate) -> None:
    for stand in stands(draw, CASES):
        _address(draw, estate, stand)


def _address(draw: Draw, estate: Estate, stand: Stand) -> None:
    has, interface_id, vpc_id, subnet_id = stand.case.has, draw.id("eni"), draw.id("vpc"), draw.id("subnet")
    arn = stand.arn("ec2", f"network-interface/{interface_id}")
    item = stand.item(draw, kind="given_address", native_id=interface_id, bill_id=arn, rules=(UNROUTED,))
    owner = has.get("owner", "amazon")
    holder = {} if owner != "amazon" else {"InstanceId": draw.id("i"), "InstanceOwnerId": stand.account}
    item.shape = {
        "NetworkInterfaceId": interface_id,
        "Association": {"IpOwnerId": owner, "PublicIp": f"198.51.104.{1 + len(estate.of('given_address'))}"},
        "Attachment": {"AttachTime": item.created_at, "Status": "attached", "DeviceIndex": 0, **holder},
        "Description": "ask network",
        "InterfaceType": "interface",
        "OwnerId": stand.account,
        "RequesterManaged": owner != "amazon",
        "Operator": {"Managed": True, "Principal": "eks.amazonaws.com"} if "is_operated" in has else {"Managed": False},
        "Status": "in-use",
        "SubnetId": subnet_id,
        "VpcId": vpc_id,
        "TagSet": tag_list(item),
    }
    storage = draw.id("vpce")
    item.facts["own_tables"] = list(_tables(draw, has, vpc_id, subnet_id, storage))
    first, last = charges.span(item.created_at, draw.as_of)
    item.charges = [charges.address_hours(region=stand.region, is_idle=False, first=first, last=last)]
    item.charges = [] if "is_free" in has else item.charges
    estate.items.append(item)
    if any(to == TO_STORAGE for _, to in has.get("routes") or ()):
        estate.items.append(_endpoint(item, vpc_id, storage))


def _tables(draw: Draw, has: Any, vpc_id: str, subnet_id: str, storage: str) -> Any:  # noqa: ANN401 - a case's words
    if not has.get("is_untold"):
        yield _table(draw, vpc_id, has.get("main", []), {"Main": True}, storage)
    if has["routes"] is not None:
        yield _table(draw, vpc_id, has["routes"], {"Main": False, "SubnetId": subnet_id}, storage)


def _table(draw: Draw, vpc_id: str, routes: Any, joined: dict[str, Any], storage: str) -> dict[str, Any]:  # noqa: ANN401
    table_id = draw.id("rtb")
    inside = {"DestinationCidrBlock": "10.0.0.0/16", "GatewayId": "local", "Origin": "CreateRouteTable"}
    leads = [
        {destination: where, name: storage if kind == "storage" else draw.id(kind), "Origin": "CreateRoute"}
        for (destination, where), (name, kind) in routes
    ]
    return {
        "RouteTableId": table_id,
        "VpcId": vpc_id,
        "Associations": [{"RouteTableId": table_id, **joined}],
        "Routes": [{"State": "active", **one} for one in (inside, *leads)],
        "PropagatingVgws": [],
        "Tags": [],
    }


def _endpoint(item: Item, vpc_id: str, endpoint_id: str) -> Item:
    """The free endpoint by which the subnet reaches S3."""
    return Item(
        kind="vpc_endpoint",
        account=item.account,
        region=item.region,
        native_id=endpoint_id,
        bill_id=f"arn:aws:ec2:{item.region}:{item.account}:vpc-endpoint/{endpoint_id}",
        case="of_storage",
        created_at=item.created_at,
        shape={
            "VpcEndpointId": endpoint_id,
            "VpcEndpointType": "Gateway",
            "VpcId": vpc_id,
            "ServiceName": f"com.amazonaws.{item.region}.s3",
            "State": "Available",
            "RequesterManaged": False,
            "CreationTimestamp": item.created_at,
            "OwnerId": item.account,
        },
    )

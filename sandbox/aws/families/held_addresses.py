"""Elastic IPs by the network interfaces that hold them: attached, attached to nothing, kept by services."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.aws import charges
from sandbox.aws.cases import Case, stands, tag_list
from sandbox.aws.shaped import Answered
from sandbox.aws.wire import Refusal

if TYPE_CHECKING:
    from typing import Any

    from sandbox.aws.cases import Stand
    from sandbox.aws.model import Draw, Estate, Item
    from sandbox.aws.shaped import Asked

KINDS = ("held_address", "given_address")
OF_AMAZON = "amazon"
UNNEEDED = "aws_vpc_public_address_unneeded"
RESOURCE_TYPES = {"held_address": "Elastic IP"}
CASES = {
    "interface_attached": Case(count=5, has={"state": "in-use"}),
    "interface_left": Case(count=3, wastes=(UNNEEDED,), has={"state": "available"}),
    "interface_of_service": Case(
        count=2,
        has={"state": "available", "is_managed": True},
        trap="attached to nothing just now, but a service's own",
    ),
    "interface_moving": Case(has={"state": "attaching"}, trap="on its way from one machine to the next"),
    "interface_kept": Case(
        has={"state": "available", "is_bare": True},
        tags={"keep": "failover"},
        trap="attached to nothing, but to keep: its own tag says so, its interface has none",
    ),
    "interface_untold": Case(count=2, unknowns=(UNNEEDED,), trap="whether its interface is attached is not told"),
    "interface_of_own_range": Case(
        has={"state": "available", "pool": "ipv4pool-ec2-0123456789abcdef0"},
        trap="attached to nothing, but of a range that its owner brought, which is charged nothing",
    ),
}


def add(draw: Draw, estate: Estate) -> None:
    for stand in stands(draw, CASES):
        _address(draw, estate, stand)


def _address(draw: Draw, estate: Estate, stand: Stand) -> None:
    has, allocation_id, interface_id = stand.case.has, draw.id("eipalloc"), draw.id("eni")
    arn = stand.arn("ec2", f"elastic-ip/{allocation_id}")
    item = stand.item(draw, kind="held_address", native_id=allocation_id, bill_id=arn, rules=(UNNEEDED,))
    item.shape = {
        "NetworkInterfaceId": interface_id,
        "Association": {
            "AllocationId": allocation_id,
            "AssociationId": draw.id("eipassoc"),
            "IpOwnerId": stand.account,
            "PublicIp": f"198.51.103.{1 + len(estate.of('held_address'))}",
        },
        "Description": "ask network",
        "InterfaceType": "interface",
        "OwnerId": stand.account,
        "RequesterManaged": has.get("is_managed", False),
        "VpcId": draw.id("vpc"),
        "TagSet": [] if "is_bare" in has else tag_list(item),
        **({"Status": has["state"]} if "state" in has else {}),
    }
    item.facts = {"pool": has.get("pool", OF_AMAZON)}
    if "pool" not in has:
        first, last = charges.span(item.created_at, draw.as_of)
        is_idle = has.get("state") == "available"
        item.charges = [charges.address_hours(region=stand.region, is_idle=is_idle, first=first, last=last)]
    estate.items.append(item)


def _interfaces(asked: Asked) -> dict[str, Any]:
    """Interfaces that have a public address, which are all that stand in the estate."""
    for one in asked.parameters.get("Filters") or ():
        if (one["Name"], one["Values"]) != ("association.public-ip", ["*"]):
            raise Refusal("InvalidParameterValue", f"The sandbox does not know this filter by {one['Name']}.")
    return {"NetworkInterfaces": [item.shape for kind in KINDS for item in asked.of(kind)]}


def _addresses(asked: Asked) -> dict[str, Any]:
    """Every Elastic IP: those of `sandbox.aws.network`, and those that interfaces hold."""
    free = [_of_holder(item) for item in asked.of("address")]
    return {"Addresses": [*free, *(_of_interface(item) for item in asked.of("held_address"))]}


def _of_holder(item: Item) -> dict[str, Any]:
    holder = item.facts["holder_id"]
    told = {"PublicIp": item.facts["public_ip"], "PublicIpv4Pool": OF_AMAZON}
    if holder:
        told["AssociationId"] = item.native_id.replace("eipalloc", "eipassoc")
        told |= {"InstanceId": holder} if holder.startswith("i-") else {}
    return _elastic_ip(item) | told


def _of_interface(item: Item) -> dict[str, Any]:
    held = item.shape["Association"]
    told = {name: held[name] for name in ("AssociationId", "PublicIp")}
    interface_id = item.shape["NetworkInterfaceId"]
    return _elastic_ip(item) | told | {"NetworkInterfaceId": interface_id, "PublicIpv4Pool": item.facts["pool"]}


def _elastic_ip(item: Item) -> dict[str, Any]:
    return {
        "AllocationId": item.native_id,
        "Domain": "vpc",
        "NetworkBorderGroup": item.region,
        "Tags": tag_list(item),
    }


ANSWERS = (
    Answered(service="ec2", operation="DescribeAddresses", make=_addresses),
    Answered(
        service="ec2",
        operation="DescribeNetworkInterfaces",
        make=_interfaces,
        honours=frozenset({"Filters"}),
        largest=1000,
    ),
)

"""Network interfaces, those alone that have a public IPv4 address: what they are attached to, and where routes lead."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from connections.provider import Call, Collector, beneath
from connections.providers.aws.elastic_ips import DESCRIBE_ADDRESSES, own_pool
from connections.providers.aws.internet_routes import leads_out, route_table
from connections.providers.aws.networks import DESCRIBE_ROUTE_TABLES, DESCRIBE_VPC_ENDPOINTS
from connections.providers.aws.reader import clean_tags
from connections.resources.addresses import GivenAddress, HeldAddress

if TYPE_CHECKING:
    from collections.abc import Iterator

    from connections.providers.aws.internet_routes import RouteTable
    from connections.providers.aws.reader import Listing, Reader
    from connections.resources import Thing

DESCRIBE_INTERFACES = Call(
    service="ec2",
    operation="DescribeNetworkInterfaces",
    action="ec2:DescribeNetworkInterfaces",
    why="Tells which public addresses are held by an interface that is attached to nothing, or that none can reach.",
    cheapest={"MaxResults": 5},
    read=beneath(
        "NetworkInterfaces",
        *("NetworkInterfaceId", "Status", "RequesterManaged", "TagSet.Key", "TagSet.Value"),
        *("Association.AllocationId", "Association.PublicIp", "Association.IpOwnerId"),
        *("Attachment.AttachTime", "Attachment.InstanceId", "Operator.Managed", "SubnetId", "VpcId"),
    ),
)
PUBLIC = [{"Name": "association.public-ip", "Values": ["*"]}]
OF_AWS = "amazon"  # how the owner of an address begins that AWS gives from its own, and charges for


def collect(reader: Reader) -> Iterator[Thing]:
    """The public IPv4 address of each interface of one region: an Elastic IP, or one that AWS gave it.

    That of its primary private address, which alone AWS gives one. Elastic IPs of the others are read with all of them.
    """
    found = reader.listing(
        DESCRIBE_INTERFACES,
        result="NetworkInterfaces",
        row=lambda item: (item, _address(reader, item)),
        kinds=(HeldAddress.KIND, GivenAddress.KIND),
        page_size=1000,
        Filters=PUBLIC,
    ).rows
    yield from _held(reader, [one for _, one in found if isinstance(one, HeldAddress)])
    yield from _given(reader, [(item["VpcId"], one) for item, one in found if isinstance(one, GivenAddress)])


def _address(reader: Reader, item: dict[str, Any]) -> HeldAddress | GivenAddress | None:
    """An Elastic IP of this account, or an address that AWS gave; those that others keep are theirs to look at."""
    has = item.get("Association", {})
    owner = has.get("IpOwnerId", "")
    if has.get("AllocationId"):
        return _held_address(reader, item) if owner == reader.account_id else None
    return _given_address(reader, item) if owner.startswith(OF_AWS) else None


def _base(reader: Reader, item: dict[str, Any]) -> dict[str, Any]:
    tags = clean_tags(item.get("TagSet"))
    return {
        "account_id": reader.account_id,
        "region": reader.region,
        "observed_at": reader.at,
        "name": tags.get("Name", ""),
        "tags": tags,
        "public_ip": item["Association"].get("PublicIp", ""),
        "interface_state": item.get("Status", ""),
    }


def _held_address(reader: Reader, item: dict[str, Any]) -> HeldAddress:
    return HeldAddress(
        **_base(reader, item),
        resource_id=item["Association"]["AllocationId"],
        interface_id=item["NetworkInterfaceId"],
        is_requester_managed=bool(item.get("RequesterManaged")),
    )


def _held(reader: Reader, held: list[HeldAddress]) -> Iterator[HeldAddress]:
    """Addresses with what their interfaces do not tell: their own tags, and the pool that they come from."""
    if not held:
        return
    listed: Listing[tuple[Any, dict[str, Any]]] = reader.listing(
        DESCRIBE_ADDRESSES,
        result="Addresses",
        row=lambda item: (item.get("AllocationId"), item),
        kinds=(HeldAddress.KIND,),
    )
    own = dict(listed.rows)
    for address in held:
        item = own.get(address.resource_id)
        yield address if item is None else with_own(address, item)


def with_own(address: HeldAddress, item: dict[str, Any]) -> HeldAddress:
    """The address with its pool, and its own tags over those of its interface: what either asks to keep is kept."""
    tags = {**address.tags, **clean_tags(item.get("Tags"))}
    return replace(address, tags=tags, name=tags.get("Name", ""), pool=own_pool(item))


def _given_address(reader: Reader, item: dict[str, Any]) -> GivenAddress:
    attached = item.get("Attachment", {})
    return GivenAddress(
        **_base(reader, item),
        resource_id=item["NetworkInterfaceId"],
        created_at=attached.get("AttachTime"),
        instance_id=attached.get("InstanceId", ""),
        subnet_id=item.get("SubnetId", ""),
        is_requester_managed=bool(item.get("RequesterManaged") or item.get("Operator", {}).get("Managed")),
    )


def _given(reader: Reader, given: list[tuple[str, GivenAddress]]) -> Iterator[GivenAddress]:
    """Addresses with where their subnet's routes lead. Routes are asked for only where a machine has one of them."""
    if not any(one.instance_id and not one.is_requester_managed for _, one in given):
        yield from (one for _, one in given)
        return
    tables: Listing[RouteTable]
    endpoints: Listing[str]
    tables, endpoints = reader.together(
        lambda: reader.listing(DESCRIBE_ROUTE_TABLES, result="RouteTables", row=route_table, page_size=100),
        lambda: reader.listing(
            DESCRIBE_VPC_ENDPOINTS,
            result="VpcEndpoints",
            row=lambda item: item["VpcEndpointId"] if item.get("VpcEndpointType") == "Gateway" else None,
            page_size=1000,
        ),
    )
    for vpc_id, address in given:
        is_routed = leads_out(subnet_id=address.subnet_id, vpc_id=vpc_id, tables=tables, gateway_endpoints=endpoints)
        yield replace(address, is_routed=is_routed)


COLLECTOR = Collector(
    service="network-interfaces",
    needs={
        HeldAddress: (DESCRIBE_INTERFACES, DESCRIBE_ADDRESSES),
        GivenAddress: (DESCRIBE_INTERFACES, DESCRIBE_ROUTE_TABLES, DESCRIBE_VPC_ENDPOINTS),
    },
    calls=(DESCRIBE_INTERFACES, DESCRIBE_ROUTE_TABLES, DESCRIBE_VPC_ENDPOINTS, DESCRIBE_ADDRESSES),
    collect=collect,
    billed_as=("Amazon Elastic Compute Cloud", "Amazon Virtual Private Cloud"),
)

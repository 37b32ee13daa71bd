"""VPC: NAT gateways, endpoints and attachments of transit gateways. All of its calls are EC2's."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from connections.provider import Call, Collector, MetricPlace
from connections.providers.aws.networks import DESCRIBE_ROUTE_TABLES, DESCRIBE_VPC_ENDPOINTS
from connections.providers.aws.reader import clean_tags
from connections.resources import NatGateway, Thing
from connections.resources.endpoints import TransitAttachment, VpcEndpoint

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from connections.providers.aws.reader import Listing, Reader

DESCRIBE_NAT_GATEWAYS = Call(
    service="ec2",
    operation="DescribeNatGateways",
    action="ec2:DescribeNatGateways",
    why="Lists NAT gateways.",
    cheapest={"MaxResults": 5},
)
LET_GO = frozenset({"detached", "attach-failed"})  # an appliance that is none of the gateway's any more, or never was
DESCRIBE_SUBNETS = Call(
    service="ec2",
    operation="DescribeSubnets",
    action="ec2:DescribeSubnets",
    why="Tells in which zone a NAT gateway stands, so that one gateway for each zone is not called waste.",
    cheapest={"MaxResults": 5},
)
DESCRIBE_TRANSIT_ATTACHMENTS = Call(
    service="ec2",
    operation="DescribeTransitGatewayAttachments",
    action="ec2:DescribeTransitGatewayAttachments",
    why="Lists what is attached to transit gateways.",
    cheapest={"MaxResults": 5},
)
DESCRIBE_TRANSIT_CONNECTS = Call(
    service="ec2",
    operation="DescribeTransitGatewayConnects",
    action="ec2:DescribeTransitGatewayConnects",
    why="Tells which VPC attachment carries a Connect attachment, so that what carries tunnels is not called idle.",
    cheapest={"MaxResults": 5},
)
CONNECT = "connect"  # how an attachment is called whose tunnels go through another one
MEASURED = ("Interface", "GatewayLoadBalancer")
WAYS = ("TransitGatewayId", "VpcPeeringConnectionId", "CoreNetworkArn", "LocalGatewayId")


@dataclass(frozen=True, kw_only=True)
class _Table:
    """A route table: its VPC, whether it is the main one, the NAT gateways that it names, the ways out to others."""

    table_id: str
    vpc_id: str
    is_main: bool
    gateway_ids: tuple[str, ...]
    ways: frozenset[str]


def collect(reader: Reader) -> Iterator[Thing]:
    """Everything of the network in one region. The listings run side by side; the joins need all of them."""
    gateways: Listing[Any]
    endpoints: Listing[Any]
    attachments: Listing[Any]
    tables: Listing[Any]
    subnets: Listing[Any]
    gateways, endpoints, attachments, tables, subnets = reader.together(
        lambda: _gateways(reader),
        lambda: _endpoints(reader),
        lambda: _attachments(reader),
        lambda: reader.listing(DESCRIBE_ROUTE_TABLES, result="RouteTables", row=_table, page_size=100),
        lambda: reader.listing(
            DESCRIBE_SUBNETS,
            result="Subnets",
            row=lambda item: (item["SubnetId"], item.get("AvailabilityZone")),
            page_size=1000,
        ),
    )
    zones = dict(subnets.rows)
    placed = [
        replace(gateway, zone=zone or zones.get(subnet), route_table_ids=_routes_to(gateway, tables))
        for gateway, subnet, zone in gateways.rows
    ]
    for gateway in placed:
        yield _beside_others(gateway, placed) if gateways.is_complete else gateway
    for endpoint in endpoints.rows:
        yield replace(endpoint, ways_into_vpc=_ways_into(endpoint.vpc_id, tables))
    yield from _with_connects(reader, attachments)


def _base(reader: Reader, item: dict[str, Any], *, identifier: str) -> dict[str, Any]:
    tags = clean_tags(item.get("Tags"))
    return {
        "resource_id": item[identifier],
        "account_id": reader.account_id,
        "region": reader.region,
        "observed_at": reader.at,
        "name": tags.get("Name", ""),
        "tags": tags,
    }


def _gateways(reader: Reader) -> Listing[Any]:
    """Each gateway with its subnet, and its zone where the gateway itself says it."""
    return reader.listing(
        DESCRIBE_NAT_GATEWAYS,
        result="NatGateways",
        row=lambda item: None if item["State"] == "deleted" else _gateway(reader, item),
        kinds=(NatGateway.KIND,),
        page_size=1000,
    )


def _gateway(reader: Reader, item: dict[str, Any]) -> tuple[NatGateway, str, str | None]:
    is_regional = item.get("AvailabilityMode") == "regional"
    said = {one["AvailabilityZone"] for one in item.get("NatGatewayAddresses", ()) if one.get("AvailabilityZone")}
    gateway = NatGateway(
        **_base(reader, item, identifier="NatGatewayId"),
        created_at=item.get("CreateTime"),
        state=item["State"],
        vpc_id=item.get("VpcId", ""),
        connectivity=item.get("ConnectivityType") or "public",
        is_regional=is_regional,
        has_proxy=any(one.get("AttachmentState") not in LET_GO for one in item.get("AttachedAppliances", ())),
    )
    return gateway, item.get("SubnetId", ""), said.pop() if len(said) == 1 and not is_regional else None


def _routes_to(gateway: NatGateway, tables: Listing[_Table]) -> tuple[str, ...] | None:
    found = tuple(table.table_id for table in tables.rows if gateway.resource_id in table.gateway_ids)
    return found if tables.is_complete else None


def _beside_others(gateway: NatGateway, all_of_them: Iterable[NatGateway]) -> NatGateway:
    """The gateway with those of its VPC; as it is where one of them stands in a zone that could not be told."""
    peers = [
        one
        for one in all_of_them
        if (one.vpc_id, one.connectivity, one.state) == (gateway.vpc_id, gateway.connectivity, "available")
        and not one.is_regional
    ]
    if gateway.is_regional or any(one.zone is None or one.created_at is None for one in (gateway, *peers)):
        return gateway
    eldest_first = sorted(peers, key=lambda one: (str(one.created_at), one.resource_id))
    beside = [one for one in eldest_first if one.zone == gateway.zone]
    are_routes_read = all(one.route_table_ids is not None for one in beside)
    return replace(
        gateway,
        zone_gateway_ids=tuple(one.resource_id for one in beside),
        zone_routed_ids=tuple(one.resource_id for one in beside if one.route_table_ids) if are_routes_read else None,
        vpc_zones=tuple(sorted({one.zone for one in peers if one.zone})),
    )


def _table(item: dict[str, Any]) -> _Table:
    routes = item.get("Routes", ())
    ways = {route[name] for route in routes for name in WAYS if route.get(name)}
    ways |= {route["GatewayId"] for route in routes if str(route.get("GatewayId", "")).startswith("vgw-")}
    ways |= {one["GatewayId"] for one in item.get("PropagatingVgws", ())}
    return _Table(
        table_id=item["RouteTableId"],
        vpc_id=item.get("VpcId", ""),
        is_main=any(one.get("Main") for one in item.get("Associations", ())),
        gateway_ids=tuple(route["NatGatewayId"] for route in routes if route.get("NatGatewayId")),
        ways=frozenset(ways),
    )


def _ways_into(vpc_id: str, tables: Listing[_Table]) -> tuple[str, ...] | None:
    """What the VPC's tables lead to. Of a VPC that another account shares, not all of its tables are seen: who does
    not see the main one does not know.
    """
    own = [table for table in tables.rows if table.vpc_id == vpc_id]
    if not tables.is_complete or not any(table.is_main for table in own):
        return None
    return tuple(sorted({way for table in own for way in table.ways}))


def _endpoints(reader: Reader) -> Listing[Any]:
    return reader.listing(
        DESCRIBE_VPC_ENDPOINTS,
        result="VpcEndpoints",
        row=lambda item: _endpoint(reader, item),
        kinds=(VpcEndpoint.KIND,),
        page_size=1000,
    )


def _endpoint(reader: Reader, item: dict[str, Any]) -> VpcEndpoint | None:
    state = str(item.get("State", "")).lower()
    if state == "deleted":
        return None
    return VpcEndpoint(
        **_base(reader, item, identifier="VpcEndpointId"),
        created_at=item.get("CreationTimestamp"),
        endpoint_type=item.get("VpcEndpointType", ""),
        state=state,
        service_name=item.get("ServiceName", ""),
        service_region=item.get("ServiceRegion", ""),
        vpc_id=item.get("VpcId", ""),
        subnet_count=len(item.get("SubnetIds", ())),
        is_requester_managed=bool(item.get("RequesterManaged")),
        is_for_inbound_resolver=bool(item.get("DnsOptions", {}).get("PrivateDnsOnlyForInboundResolverEndpoint")),
    )


def _attachments(reader: Reader) -> Listing[Any]:
    return reader.listing(
        DESCRIBE_TRANSIT_ATTACHMENTS,
        result="TransitGatewayAttachments",
        row=lambda item: None if item.get("State") == "deleted" else _attachment(reader, item),
        kinds=(TransitAttachment.KIND,),
        page_size=1000,
    )


def _attachment(reader: Reader, item: dict[str, Any]) -> TransitAttachment:
    return TransitAttachment(
        **_base(reader, item, identifier="TransitGatewayAttachmentId"),
        created_at=item.get("CreationTime"),
        state=item.get("State", ""),
        transit_gateway_id=item.get("TransitGatewayId", ""),
        attached_kind=item.get("ResourceType", ""),
        attached_id=item.get("ResourceId", ""),
        owner_id=item.get("ResourceOwnerId", ""),
        gateway_owner_id=item.get("TransitGatewayOwnerId", ""),
    )


def _with_connects(reader: Reader, attachments: Listing[TransitAttachment]) -> Iterator[TransitAttachment]:
    """Attachments with the Connect attachments that go through them. They are asked for where there may be any."""
    if attachments.is_complete and all(one.attached_kind != CONNECT for one in attachments.rows):
        yield from attachments.rows
        return
    connects: Listing[tuple[str, str]] = reader.listing(
        DESCRIBE_TRANSIT_CONNECTS,
        result="TransitGatewayConnects",
        row=lambda item: (
            (item["TransportTransitGatewayAttachmentId"], item["TransitGatewayAttachmentId"])
            if item.get("State") != "deleted"
            else None
        ),
        page_size=1000,
    )
    for one in attachments.rows:
        carried = tuple(sorted(own for transport, own in connects.rows if transport == one.resource_id))
        yield replace(one, carries=carried if carried or connects.is_complete else None)


def _of_gateway(gateway: NatGateway) -> MetricPlace:
    return MetricPlace(namespace="AWS/NATGateway", dimensions=(("NatGatewayId", gateway.resource_id),))


def _of_endpoint(endpoint: VpcEndpoint) -> MetricPlace | None:
    """Gateway endpoints are free and have no metrics; those of a service in another Region have none either."""
    is_here = endpoint.service_region in {"", endpoint.region}
    if endpoint.endpoint_type not in MEASURED or endpoint.state != "available" or not is_here:
        return None
    return MetricPlace(
        namespace="AWS/PrivateLinkEndpoints",
        dimensions=(
            ("Endpoint Type", endpoint.endpoint_type),
            ("Service Name", endpoint.service_name),
            ("VPC Endpoint Id", endpoint.resource_id),
            ("VPC Id", endpoint.vpc_id),
        ),
    )


def _of_attachment(attachment: TransitAttachment) -> MetricPlace | None:
    """Only the account of the transit gateway is told the traffic of what is attached to it."""
    if attachment.gateway_owner_id != attachment.account_id or attachment.state != "available":
        return None
    return MetricPlace(
        namespace="AWS/TransitGateway",
        dimensions=(
            ("TransitGateway", attachment.transit_gateway_id),
            ("TransitGatewayAttachment", attachment.resource_id),
        ),
    )


COLLECTOR = Collector(
    service="vpc",
    needs={
        NatGateway: (DESCRIBE_NAT_GATEWAYS, DESCRIBE_ROUTE_TABLES, DESCRIBE_SUBNETS),
        VpcEndpoint: (DESCRIBE_VPC_ENDPOINTS, DESCRIBE_ROUTE_TABLES),
        TransitAttachment: (DESCRIBE_TRANSIT_ATTACHMENTS, DESCRIBE_TRANSIT_CONNECTS),
    },
    calls=(
        DESCRIBE_NAT_GATEWAYS,
        DESCRIBE_ROUTE_TABLES,
        DESCRIBE_SUBNETS,
        DESCRIBE_VPC_ENDPOINTS,
        DESCRIBE_TRANSIT_ATTACHMENTS,
        DESCRIBE_TRANSIT_CONNECTS,
    ),
    collect=collect,
    places={NatGateway: _of_gateway, VpcEndpoint: _of_endpoint, TransitAttachment: _of_attachment},
    billed_as=("Amazon Elastic Compute Cloud", "Amazon Virtual Private Cloud"),
)

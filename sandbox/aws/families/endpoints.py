"""Endpoints of VPCs and attachments of transit gateways: used, silent, young, kept by others, told to others."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from sandbox.aws import charges, names, usage
from sandbox.aws.compute import put, tags
from sandbox.aws.model import Charge, Item, all_but
from sandbox.aws.shaped import Answered

if TYPE_CHECKING:
    from datetime import date
    from typing import Any

    from sandbox.aws.model import Draw, Estate
    from sandbox.aws.shaped import Asked

INTERFACE_IDLE, BALANCER_IDLE = "aws_vpc_interface_endpoint_idle", "aws_vpc_gateway_endpoint_idle"
S3_INTERFACE, ATTACHMENT_IDLE = "aws_vpc_s3_interface_endpoint", "aws_vpc_transit_attachment_idle"
ENDPOINT_RULES = (INTERFACE_IDLE, BALANCER_IDLE, S3_INTERFACE)
HOME, OTHER = (names.SHOP, "us-east-1"), (names.PAYER, "us-east-1")
# There, CloudWatch answers nothing for some of what is asked.
DEAF = (names.LAB, "ap-southeast-2")
RESOURCE_TYPES = {"vpc_endpoint": "VPC Endpoint", "transit_attachment": "Transit Gateway Attachment"}
INTERFACE, BALANCER, GATEWAY = "Interface", "GatewayLoadBalancer", "Gateway"
PRICES = {
    "VpcEndpoint-Hours": {"us-east-1": "0.01", "ap-southeast-2": "0.013"},
    "VpcEndpoint-Bytes": {"us-east-1": "0.01", "ap-southeast-2": "0.01"},
    "VpcEndpoint-GWLBE-Hours": {"us-east-1": "0.01", "ap-southeast-2": "0.013"},
    "VpcEndpoint-GWLBE-Bytes": {"us-east-1": "0.0035", "ap-southeast-2": "0.0035"},
    "TransitGateway-Hours": {"us-east-1": "0.05"},
    "TransitGateway-Bytes": {"us-east-1": "0.02"},
}
METERS = {INTERFACE: ("VpcEndpoint-Hours", "VpcEndpoint-Bytes"), BALANCER: tuple(list(PRICES)[2:4]), GATEWAY: ()}


@dataclass(frozen=True, kw_only=True)
class Endpoint:
    """One way to be an endpoint. `traffic`: "daily", "once" or "" for none, of which CloudWatch keeps nothing."""

    count: int
    kind: str = INTERFACE
    service: str = "kms"
    traffic: str = ""
    where: tuple[str, str] = HOME
    age_days: int = 200
    state: str = "Available"
    ways: tuple[tuple[str, str], ...] = ()
    service_region: str = ""
    is_managed: bool = False
    is_for_resolver: bool = False
    is_shared_vpc: bool = False
    wastes: tuple[str, ...] = ()
    unknowns: tuple[str, ...] = ()
    trap: str = ""


ENDPOINTS: dict[str, Endpoint] = {
    "endpoint_silent": Endpoint(count=4, wastes=(INTERFACE_IDLE,)),
    "endpoint_used": Endpoint(count=3, service="ssm", traffic="daily"),
    "endpoint_used_once": Endpoint(count=2, traffic="once", trap="4 KB on one of the last 30 days, and nothing else"),
    "endpoint_new": Endpoint(count=1, age_days=12, trap="silent, but only 12 days old"),
    "endpoint_managed": Endpoint(count=2, is_managed=True, trap="silent, but another service made and keeps it"),
    "endpoint_pending": Endpoint(count=1, state="PendingAcceptance", trap="silent, for nobody has accepted it yet"),
    "endpoint_of_another_region": Endpoint(
        count=1,
        service_region="eu-west-1",
        unknowns=(INTERFACE_IDLE,),
        trap="silent, but AWS publishes no metrics of a service in another Region",
    ),
    "endpoint_unanswered": Endpoint(
        count=2, where=DEAF, unknowns=(INTERFACE_IDLE,), trap="CloudWatch does not answer for it"
    ),
    "s3_alone": Endpoint(count=3, service="s3", traffic="daily", wastes=(S3_INTERFACE,)),
    "s3_for_others": Endpoint(
        count=2,
        service="s3",
        traffic="daily",
        ways=(("TransitGatewayId", "tgw-0123456789abcdef0"),),
        trap="an interface endpoint of S3 that a network behind a transit gateway can use",
    ),
    "s3_for_peers": Endpoint(
        count=1,
        service="s3",
        traffic="daily",
        ways=(("VpcPeeringConnectionId", "pcx-0123456789abcdef0"),),
        trap="an interface endpoint of S3 that a peered VPC can use",
    ),
    "s3_for_resolver": Endpoint(
        count=1,
        service="s3",
        traffic="daily",
        is_for_resolver=True,
        trap="an interface endpoint of S3 whose names are for an inbound resolver",
    ),
    "s3_in_shared_vpc": Endpoint(
        count=2,
        service="s3",
        traffic="daily",
        is_shared_vpc=True,
        unknowns=(S3_INTERFACE,),
        trap="an interface endpoint of S3 in a VPC whose route tables another account keeps",
    ),
    "s3_gateway": Endpoint(count=2, kind=GATEWAY, service="s3"),
    "balancer_silent": Endpoint(count=3, kind=BALANCER, wastes=(BALANCER_IDLE,)),
    "balancer_used": Endpoint(count=2, kind=BALANCER, traffic="daily"),
    "balancer_managed": Endpoint(
        count=1, kind=BALANCER, is_managed=True, trap="silent, but a firewall service made and keeps it"
    ),
    "balancer_unanswered": Endpoint(
        count=2, kind=BALANCER, where=DEAF, unknowns=(BALANCER_IDLE,), trap="CloudWatch does not answer for it"
    ),
}


@dataclass(frozen=True, kw_only=True)
class Attachment:
    """One way to be attached. `mb` is what passes each way on a day, `burst_mb` on one day alone."""

    count: int
    kind: str = "vpc"
    mb: float = 0
    burst_mb: float = 0
    age_days: int = 200
    owner: str = ""
    gateway_owner: str = ""
    has_missing_days: bool = False
    wastes: tuple[str, ...] = ()
    unknowns: tuple[str, ...] = ()
    trap: str = ""


CARRIED, CARRIES = "attachment_connect", "attachment_carries"
ATTACHMENTS: dict[str, Attachment] = {
    "attachment_idle": Attachment(count=3, wastes=(ATTACHMENT_IDLE,)),
    "attachment_keep_alive": Attachment(count=1, mb=0.1, wastes=(ATTACHMENT_IDLE,), trap="200 KB a day are no use"),
    "attachment_used": Attachment(count=3, mb=4_000),
    "attachment_used_once": Attachment(count=2, burst_mb=2_500, trap="2.5 GB on one of the last 30 days"),
    "attachment_new": Attachment(count=1, age_days=9, trap="idle, but only 9 days old"),
    "attachment_vpn": Attachment(count=1, kind="vpn", trap="idle, but a VPN may stand by for another link"),
    "attachment_peering": Attachment(count=1, kind="peering", trap="idle, but a peering may stand by for another"),
    "attachment_of_another_account": Attachment(count=1, owner=names.LAB, trap="idle, but another account pays for it"),
    "attachment_told_to_others": Attachment(
        count=2,
        gateway_owner=names.LAB,
        unknowns=(ATTACHMENT_IDLE,),
        trap="its traffic is told to the account of the transit gateway alone",
    ),
    "attachment_days_missing": Attachment(
        count=1, has_missing_days=True, unknowns=(ATTACHMENT_IDLE,), trap="looks idle, but 3 days are missing"
    ),
    CARRIED: Attachment(count=1, kind="connect", mb=4_000),
    CARRIES: Attachment(count=1, trap="idle, but the tunnels of a Connect attachment go through it"),
}
MISSING_DAYS = (4, 9, 17)
CONNECT_TELLS = ("TransitGatewayAttachmentId", "TransitGatewayId", "State", "CreationTime", "Tags")


def add(draw: Draw, estate: Estate) -> None:
    for case, endpoint in ENDPOINTS.items():
        for number in range(endpoint.count):
            _endpoint(draw, estate, case, endpoint, number)
    for case, attachment in ATTACHMENTS.items():
        for number in range(attachment.count):
            _attachment(draw, estate, case, attachment, (HOME, OTHER)[number % 2])


def charge(meter: str, *, region: str, per_day: Decimal, first: date, last: date) -> Charge:
    price, unit = Decimal(PRICES[meter][region]), "GB" if meter.endswith("Bytes") else "Hrs"
    return Charge(
        service=charges.VPC,
        meter=f"{names.REGION_CODES[region]}{meter}",
        operation="TransitGatewayVPC" if meter.startswith("Transit") else "VpcEndpoint",
        description=f"${price} per {unit} of {meter}",
        unit=unit,
        price=price,
        per_day=per_day,
        first=first,
        last=last,
    )


def _endpoint(draw: Draw, estate: Estate, case: str, endpoint: Endpoint, number: int) -> None:
    account, region = endpoint.where
    endpoint_id, vpc_id, label = draw.id("vpce"), draw.id("vpc"), f"{case.replace('_', '-')}-{number + 1}"
    created = draw.ago(endpoint.age_days + 0.3)
    first, last = charges.span(created, draw.as_of)
    subnets = [] if endpoint.kind == GATEWAY else [draw.id("subnet") for _ in range(1 + number % 3)]
    service = f"com.amazonaws.{endpoint.service_region or region}.{endpoint.service}"
    if endpoint.kind == BALANCER:
        service, subnets = f"com.amazonaws.vpce.{region}.vpce-svc-0{draw.hex(16)}", subnets[:1]
    amounts = [Decimal(24) * len(subnets), Decimal(endpoint.traffic == "daily") * 2]
    own = tags(draw, label)
    item = Item(
        kind="vpc_endpoint",
        account=account,
        region=region,
        native_id=endpoint_id,
        bill_id=f"arn:aws:ec2:{region}:{account}:vpc-endpoint/{endpoint_id}",
        case=case,
        created_at=created,
        name=label,
        tags=own,
        facts={"vpc": vpc_id, "ways": endpoint.ways, "is_shared_vpc": endpoint.is_shared_vpc},
        shape={
            "VpcEndpointId": endpoint_id,
            "VpcEndpointType": endpoint.kind,
            "VpcId": vpc_id,
            "ServiceName": service,
            "State": endpoint.state,
            "PolicyDocument": '{"Statement":[{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"}]}',
            "RouteTableIds": [],
            "SubnetIds": subnets,
            "PrivateDnsEnabled": endpoint.kind == INTERFACE,
            "DnsOptions": {"DnsRecordIpType": "ipv4"}
            | ({"PrivateDnsOnlyForInboundResolverEndpoint": True} if endpoint.is_for_resolver else {}),
            "RequesterManaged": endpoint.is_managed,
            "NetworkInterfaceIds": [subnet.replace("subnet", "eni") for subnet in subnets],
            "CreationTimestamp": created,
            "OwnerId": account,
            "ServiceRegion": endpoint.service_region or region,
            "Tags": [{"Key": key, "Value": value} for key, value in sorted(own.items())],
        },
        wastes=endpoint.wastes,
        fines=all_but(ENDPOINT_RULES, endpoint.wastes, endpoint.unknowns),
        unknowns=endpoint.unknowns,
        trap=endpoint.trap,
        charges=[
            charge(meter, region=region, per_day=amount, first=first, last=last)
            for meter, amount in zip(METERS[endpoint.kind], amounts, strict=False)
            if amount and endpoint.state == "Available"
        ],
    )
    estate.items.append(item)
    if endpoint.where == DEAF:
        estate.unanswered.add(endpoint_id)
    elif endpoint.traffic:
        dimensions = ("Endpoint Type", endpoint.kind, "Service Name", service, "VPC Endpoint Id", endpoint_id)
        values = usage.counter(draw.random, low=1.9e9, high=2.1e9) if endpoint.traffic == "daily" else usage.flat(4e3)
        day = draw.days(3, 27)
        known = usage.without(values, lambda ago: endpoint.traffic == "once" and ago != day)
        put(estate, item, ("AWS/PrivateLinkEndpoints", "BytesProcessed", *dimensions, "VPC Id", vpc_id), known)


def _attachment(draw: Draw, estate: Estate, case: str, attachment: Attachment, where: tuple[str, str]) -> None:
    account, region = where
    attachment_id, gateway_id, created = draw.id("tgw-attach"), draw.id("tgw"), draw.ago(attachment.age_days + 0.3)
    first, last = charges.span(created, draw.as_of)
    own = tags(draw, case.replace("_", "-"))
    amounts = (Decimal(24), Decimal(str(attachment.mb)) / 1000)
    item = Item(
        kind="transit_attachment",
        account=account,
        region=region,
        native_id=attachment_id,
        bill_id=f"arn:aws:ec2:{region}:{account}:transit-gateway-attachment/{attachment_id}",
        case=case,
        created_at=created,
        name=own["Name"],
        tags=own,
        shape={
            "TransitGatewayAttachmentId": attachment_id,
            "TransitGatewayId": gateway_id,
            "TransitGatewayOwnerId": attachment.gateway_owner or account,
            "ResourceOwnerId": attachment.owner or account,
            "ResourceType": attachment.kind,
            "ResourceId": draw.id(attachment.kind if attachment.kind in {"vpc", "vpn"} else "tgw"),
            "State": "available",
            "CreationTime": created,
            "Tags": [{"Key": key, "Value": value} for key, value in sorted(own.items())],
        },
        wastes=attachment.wastes,
        fines=all_but((ATTACHMENT_IDLE,), attachment.wastes, attachment.unknowns),
        unknowns=attachment.unknowns,
        trap=attachment.trap,
        charges=[
            charge(meter, region=region, per_day=amount, first=first, last=last)
            for meter, amount in zip(("TransitGateway-Hours", "TransitGateway-Bytes"), amounts, strict=True)
            if amount and not attachment.owner
        ],
    )
    estate.items.append(item)
    missing, day = MISSING_DAYS if attachment.has_missing_days else (), draw.days(3, 27)
    for metric in ("BytesIn", "BytesOut"):
        values = usage.flat(attachment.mb * 1e6)
        if attachment.burst_mb:
            values = usage.raised(values, days_ago=[day], to=attachment.burst_mb * 1e6, statistics=("Sum",))
        known = usage.without(values, lambda ago: ago in missing or ago > attachment.age_days)
        dimensions = ("TransitGateway", gateway_id, "TransitGatewayAttachment", attachment_id)
        if not attachment.gateway_owner:
            put(estate, item, ("AWS/TransitGateway", metric, *dimensions), known)


def _connects(asked: Asked) -> dict[str, Any]:
    """Connect attachments, each with the attachment of its region that carries it."""
    of_case = {item.case: item for item in asked.of("transit_attachment") if item.case in {CARRIED, CARRIES}}
    if len(of_case) < len({CARRIED, CARRIES}):
        return {"TransitGatewayConnects": []}
    own = {name: of_case[CARRIED].shape[name] for name in CONNECT_TELLS}
    transport = of_case[CARRIES].native_id
    return {"TransitGatewayConnects": [own | {"TransportTransitGatewayAttachmentId": transport}]}


ANSWERS = (
    Answered(service="ec2", operation="DescribeTransitGatewayConnects", make=_connects, largest=1000),
    Answered(
        service="ec2",
        operation="DescribeVpcEndpoints",
        make=lambda asked: {"VpcEndpoints": [item.shape for item in asked.of("vpc_endpoint")]},
        largest=1000,
    ),
    Answered(
        service="ec2",
        operation="DescribeTransitGatewayAttachments",
        make=lambda asked: {"TransitGatewayAttachments": [item.shape for item in asked.of("transit_attachment")]},
        largest=1000,
    ),
)

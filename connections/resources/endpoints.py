"""Private ways between networks: endpoints of a VPC and attachments of a transit gateway."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from connections.resources.thing import Thing


@dataclass(frozen=True, kw_only=True)
class VpcEndpoint(Thing):
    """A VPC endpoint. `endpoint_type` is Interface, Gateway, GatewayLoadBalancer, Resource or ServiceNetwork.

    `state` is in lower case, as EC2 writes it. `service_region` is where its service stands, "" where the provider
    does not say, which is its own. `subnet_count` is what it is charged by, once for each. `is_requester_managed`:
    another service made it and keeps it. `is_for_inbound_resolver`: its private names are for callers outside of the
    VPC alone. `ways_into_vpc` are what the VPC's route tables lead to beyond it and the internet, so that others may
    come in by them: transit gateways, peerings, VPN gateways and the like (None: its tables could not all be read).
    """

    KIND: ClassVar[str] = "vpc_endpoint"
    SERVICE: ClassVar[str] = "vpc"
    ARN: ClassVar[str] = "arn:aws:ec2:{region}:{account_id}:vpc-endpoint/{resource_id}"

    endpoint_type: str
    state: str
    service_name: str = ""
    service_region: str = ""
    vpc_id: str = ""
    subnet_count: int = 0
    is_requester_managed: bool = False
    is_for_inbound_resolver: bool = False
    ways_into_vpc: tuple[str, ...] | None = None


@dataclass(frozen=True, kw_only=True)
class TransitAttachment(Thing):
    """What is attached to a transit gateway. `attached_kind` is vpc, vpn, direct-connect-gateway, peering or connect.

    `owner_id` is the account of what is attached, which pays for the attachment, and `gateway_owner_id` that of the
    transit gateway, where its traffic is told. `carries` are the Connect attachments whose tunnels go through it (None:
    they could not all be read).
    """

    KIND: ClassVar[str] = "transit_attachment"
    SERVICE: ClassVar[str] = "vpc"
    ARN: ClassVar[str] = "arn:aws:ec2:{region}:{account_id}:transit-gateway-attachment/{resource_id}"

    state: str
    transit_gateway_id: str
    attached_kind: str
    attached_id: str = ""
    owner_id: str = ""
    gateway_owner_id: str = ""
    carries: tuple[str, ...] | None = ()

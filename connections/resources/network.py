"""Addresses, gateways and load balancers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from connections.resources.thing import Thing


@dataclass(frozen=True, kw_only=True)
class Address(Thing):
    """A reserved public address. `associated_with` is the instance or network interface that holds it, and `pool` the
    range of its owner's that it comes from, "" where it is one of the provider's own.
    """

    KIND: ClassVar[str] = "address"
    SERVICE: ClassVar[str] = "ec2"
    ARN: ClassVar[str] = "arn:aws:ec2:{region}:{account_id}:elastic-ip/{resource_id}"

    public_ip: str
    associated_with: str | None = None
    pool: str = ""


@dataclass(frozen=True, kw_only=True)
class NatGateway(Thing):
    """A NAT gateway. `route_table_ids` are the tables that send traffic to it (None: could not be read).

    `zone_gateway_ids` are the available gateways of its VPC, zone and connectivity, itself among them, the eldest
    first; `zone_routed_ids` those of them that some route table leads to; `vpc_zones` the zones in which its VPC has
    any of its connectivity. None: not all of them could be told. A regional gateway stands in no one zone.
    `has_proxy`: a network firewall in proxy mode sends through it what its clients ask for, by no route.
    """

    KIND: ClassVar[str] = "nat_gateway"
    SERVICE: ClassVar[str] = "vpc"
    ARN: ClassVar[str] = "arn:aws:ec2:{region}:{account_id}:natgateway/{resource_id}"

    state: str
    vpc_id: str = ""
    connectivity: str = "public"
    is_regional: bool = False
    has_proxy: bool = False
    zone: str | None = None
    zone_gateway_ids: tuple[str, ...] | None = None
    zone_routed_ids: tuple[str, ...] | None = None
    vpc_zones: tuple[str, ...] | None = None
    route_table_ids: tuple[str, ...] | None = None


@dataclass(frozen=True, kw_only=True)
class LoadBalancer(Thing):
    """A load balancer of the second generation. `target_count` counts registered targets over all its target groups,
    `healthy_target_count` those that are healthy or whose health nobody checks; None: could not be read.
    """

    KIND: ClassVar[str] = "load_balancer"
    SERVICE: ClassVar[str] = "elasticloadbalancing"
    DETAILS: ClassVar[tuple[str, ...]] = ("target_count", "healthy_target_count")
    DETAILS_BY: ClassVar[str] = "target_group_count"

    balancer_type: str
    state: str
    scheme: str = ""
    target_group_count: int | None = None
    target_count: int | None = None
    healthy_target_count: int | None = None

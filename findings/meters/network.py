"""Addresses, gateways and load balancers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connections.resources import Address, LoadBalancer, NatGateway
from findings.prices import HOURS_A_MONTH

if TYPE_CHECKING:
    from decimal import Decimal


def _address(_: Address) -> tuple[tuple[str, Decimal], ...]:
    return (("PublicIPv4:IdleAddress", HOURS_A_MONTH),)


def _gateway(_: NatGateway) -> tuple[tuple[str, Decimal], ...]:
    return (("NatGateway-Hours", HOURS_A_MONTH),)


def _balancer(balancer: LoadBalancer) -> tuple[tuple[str, Decimal], ...]:
    return ((f"LoadBalancerUsage:{balancer.balancer_type}", HOURS_A_MONTH),)


METERS = {Address: _address, NatGateway: _gateway, LoadBalancer: _balancer}

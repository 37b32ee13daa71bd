"""Endpoints of VPCs and attachments of transit gateways."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connections.resources.endpoints import TransitAttachment, VpcEndpoint
from findings.prices import HOURS_A_MONTH

if TYPE_CHECKING:
    from decimal import Decimal

HOURS = {"Interface": "VpcEndpoint-Hours", "GatewayLoadBalancer": "VpcEndpoint-GWLBE-Hours"}


def _endpoint(endpoint: VpcEndpoint) -> tuple[tuple[str, Decimal], ...]:
    """Once for each subnet; what is not told has no price."""
    name = HOURS.get(endpoint.endpoint_type)
    return ((name, HOURS_A_MONTH * endpoint.subnet_count),) if name and endpoint.subnet_count else ()


def _attachment(_: TransitAttachment) -> tuple[tuple[str, Decimal], ...]:
    return (("TransitGateway-Hours", HOURS_A_MONTH),)


METERS = {VpcEndpoint: _endpoint, TransitAttachment: _attachment}

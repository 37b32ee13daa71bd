"""Links to other networks, and caches of interfaces."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connections.resources.apis import ApiStage
from connections.resources.links import VpnConnection
from findings.prices import HOURS_A_MONTH

if TYPE_CHECKING:
    from decimal import Decimal


def _vpn(_: VpnConnection) -> tuple[tuple[str, Decimal], ...]:
    return (("VPN-Usage-Hours:ipsec.1", HOURS_A_MONTH),)


def _stage(stage: ApiStage) -> tuple[tuple[str, Decimal], ...]:
    """The cache alone: requests are charged by how many there are."""
    return ((f"ApiGatewayCacheUsage:{stage.cache_gb}GB", HOURS_A_MONTH),) if stage.cache_gb else ()


METERS = {VpnConnection: _vpn, ApiStage: _stage}

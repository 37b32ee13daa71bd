"""NAT gateways that stand in one zone of a VPC: which of them stays, and which can take what passes another."""

from __future__ import annotations

from typing import TYPE_CHECKING

from findings.rule import Fine, Unknown

if TYPE_CHECKING:
    from connections.resources import NatGateway

# A private gateway goes on by the routes of its own subnet: to a transit gateway, a VPN, a network of the customer's.
ONWARD = Unknown("whether the elder gateway's own subnet leads to the same networks: both are private")
PROXIED = Fine("A network firewall's proxy sends through it: another gateway cannot take that.")
ROUTES = Unknown("which gateways of its zone a route table leads to")


def elders_in_use(gateway: NatGateway) -> tuple[str, ...] | Fine | Unknown:
    """The elder gateways of its zone that some route table leads to. One that none leads to was left behind and is to
    go itself: nothing is to be led there again.
    """
    if gateway.has_proxy:
        return PROXIED
    beside = gateway.zone_gateway_ids
    if beside is None or gateway.resource_id not in beside:
        return Unknown("which gateways stand beside it in its zone")
    elders = beside[: beside.index(gateway.resource_id)]
    if elders and gateway.zone_routed_ids is None:
        return ROUTES
    in_use = tuple(one for one in elders if one in (gateway.zone_routed_ids or ()))
    if in_use and gateway.connectivity == "private":
        return ONWARD
    return in_use or Fine("No route table leads to an elder gateway of its zone." if elders else "")


def why_wanted(gateway: NatGateway) -> Fine | Unknown | None:
    """Fine for the one gateway of a zone and for the eldest of several, Unknown where that cannot be told; None: the
    zone has another one to take what passes. One that no route table leads to stands beside nobody.
    """
    if gateway.has_proxy:
        return PROXIED
    beside, routed, zones = gateway.zone_gateway_ids, gateway.zone_routed_ids, gateway.vpc_zones
    if beside is None or zones is None:
        return Unknown("which gateways its VPC has in which zones")
    if len(beside) > 1 and routed is None:
        return ROUTES
    others = [one for one in routed or () if one != gateway.resource_id]
    if len(zones) > 1 and not others:
        return Fine(f"One gateway for each zone ({', '.join(zones)}), so that a zone may fail.")
    if routed and others and routed[0] == gateway.resource_id:
        return Fine("Of several gateways in its zone the eldest stays.")
    return None

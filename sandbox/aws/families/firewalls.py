"""Network firewalls: with traffic, without a route, silent where nobody can tell, and those that only seem idle."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from sandbox.aws import usage
from sandbox.aws.cases import Case, meter, stands, tag_list
from sandbox.aws.compute import put
from sandbox.aws.model import Item
from sandbox.aws.names import PAYER, SHOP
from sandbox.aws.shaped import Answered
from sandbox.aws.wire import Refusal

if TYPE_CHECKING:
    from sandbox.aws.cases import Stand
    from sandbox.aws.model import Draw, Estate
    from sandbox.aws.shaped import Asked

IDLE = "aws_networkfirewall_firewall_idle"
BILLED_AS = "AWS Network Firewall"
SERVICES = {BILLED_AS: ("Networking", "Network Security", "AWSNetworkFirewall")}
RESOURCE_TYPES = {"firewall": "Firewall"}
# What a share lets the other account do: list the firewall and make endpoints of its own for it, not describe it.
LENT = {"FirewallName": "lent", "FirewallArn": f"arn:aws:network-firewall:us-east-1:{PAYER}:firewall/lent"}
# `packets` of a day in each zone, None: nothing is reported; "b" has them in its second zone alone.
CASES = {
    "guarding": Case(count=4, has={"packets": 9e6}),
    "without_packets": Case(count=2, wastes=(IDLE,), has={"packets": 0.0}),
    "without_route": Case(count=2, wastes=(IDLE,), silent=(IDLE,), has={"is_routed": False}),
    "one_zone_guards": Case(
        has={"packets": 7e5, "zone": "b"}, trap="no packet comes to one of its zones, to the other do"
    ),
    "packets_monthly": Case(has={"packets": 0.0, "once": 22}, trap="no packet but on one day of the month"),
    "being_made": Case(has={"is_routed": False, "state": "PROVISIONING"}, trap="no route yet: it is being made"),
    "made_lately": Case(age_days=8, has={"is_routed": False}, trap="no route and no packet, but eight days old"),
    "silent_routed": Case(unknowns=(IDLE,), trap="nothing is reported, but a route leads to it"),
    "silent_on_transit": Case(
        unknowns=(IDLE,),
        has={"is_routed": False, "on_transit": True},
        trap="no route leads to it, but a transit gateway may",
    ),
    "silent_associated": Case(
        unknowns=(IDLE,),
        has={"packets": 0.0, "associations": 2},
        trap="no packet comes to its own zones, but it has endpoints in other networks",
    ),
    "proxy": Case(
        unknowns=(IDLE,),
        has={"packets": 0.0, "is_routed": False, "is_proxy": True},
        trap="no route leads to it and no packet is counted, but clients send requests to it by name",
    ),
    "silent_shared": Case(
        unknowns=(IDLE,), has={"is_shared_vpc": True}, trap="nothing is reported, and another account keeps the routes"
    ),
}


def add(draw: Draw, estate: Estate) -> None:
    for stand in stands(draw, CASES):
        _firewall(draw, estate, stand)


def _firewall(draw: Draw, estate: Estate, stand: Stand) -> None:
    has, vpc_id = stand.case.has, draw.id("vpc")
    arn = stand.arn("network-firewall", f"firewall/{stand.label}")
    item = stand.item(draw, kind="firewall", native_id=arn, bill_id=arn, rules=(IDLE,))
    zones = {f"{stand.region}{letter}": draw.id("vpce") for letter in "ab"}
    subnets = {zone: draw.id("subnet") for zone in zones}
    network = {"VpcId": vpc_id, "SubnetMappings": [{"SubnetId": subnet} for subnet in subnets.values()]}
    item.shape = {
        "Firewall": {
            "FirewallName": item.name,
            "FirewallArn": arn,
            "FirewallPolicyArn": stand.arn("network-firewall", f"firewall-policy/{item.name}"),
            **network,
            **({"VpcEndpoint": network} if has.get("is_proxy") else {}),
            "Description": "ask network",
            "FirewallId": draw.hex(36),
            "Tags": tag_list(item),
            **({"TransitGatewayId": draw.id("tgw")} if "on_transit" in has else {}),
            **({"NumberOfAssociations": has["associations"]} if "associations" in has else {}),
        },
        "FirewallStatus": {
            "Status": has.get("state", "READY"),
            "ConfigurationSyncStateSummary": "IN_SYNC",
            "SyncStates": {
                zone: {"Attachment": {"SubnetId": subnets[zone], "EndpointId": endpoint, "Status": "READY"}}
                for zone, endpoint in zones.items()
            },
        },
    }
    ways = [("GatewayId", endpoint) for endpoint in zones.values()] if has.get("is_routed", True) else []
    item.facts |= {"vpc": vpc_id, "ways": tuple(ways), "is_shared_vpc": has.get("is_shared_vpc", False)}
    item.charges = [
        meter(draw, item, service=BILLED_AS, name="Endpoint-Hour", unit="Hrs", price="0.395",
              operation="CreateFirewall", per_day=Decimal(24 * len(zones)))
    ]  # fmt: skip
    estate.items.append(item)
    for zone, endpoint in zones.items():
        _endpoint(estate, item, vpc_id, subnets[zone], endpoint)
        if has.get("packets") is not None:
            _measure(draw, estate, item, zone, has)


def _measure(draw: Draw, estate: Estate, item: Item, zone: str, has: Any) -> None:  # noqa: ANN401 - a case's words
    packets = has["packets"] if zone.endswith(has.get("zone", zone)) else 0.0
    values = usage.counter(draw.random, low=packets / 2, high=packets * 2)
    if "once" in has:
        values = usage.raised(values, days_ago=[has["once"]], to=4_000.0, statistics=("Sum",))
    dimensions = ("FirewallName", item.name, "AvailabilityZone", zone, "Engine", "Stateless")
    put(estate, item, ("AWS/NetworkFirewall", "ReceivedPackets", *dimensions), values)


def _endpoint(estate: Estate, firewall: Item, vpc_id: str, subnet: str, endpoint_id: str) -> None:
    """The endpoint as EC2 lists it: one of those that another service made and keeps."""
    estate.items.append(
        Item(
            kind="vpc_endpoint",
            account=firewall.account,
            region=firewall.region,
            native_id=endpoint_id,
            bill_id=f"arn:aws:ec2:{firewall.region}:{firewall.account}:vpc-endpoint/{endpoint_id}",
            case="of_firewall",
            created_at=firewall.created_at,
            fines=("aws_vpc_gateway_endpoint_idle",),
            shape={
                "VpcEndpointId": endpoint_id,
                "VpcEndpointType": "GatewayLoadBalancer",
                "VpcId": vpc_id,
                "ServiceName": f"com.amazonaws.vpce.{firewall.region}.vpce-svc-{endpoint_id.removeprefix('vpce-')}",
                "State": "Available",
                "SubnetIds": [subnet],
                "RequesterManaged": True,
                "CreationTimestamp": firewall.created_at,
                "OwnerId": firewall.account,
            },
        )
    )


def _listed(asked: Asked) -> dict[str, Any]:
    said = [item.shape["Firewall"] for item in asked.of("firewall")]
    said += [LENT] if (asked.account, asked.region) == (SHOP, "us-east-1") else []
    return {"Firewalls": [{name: one[name] for name in ("FirewallName", "FirewallArn")} for one in said]}


def _described(asked: Asked) -> dict[str, Any]:
    found = [item.shape for item in asked.of("firewall") if item.bill_id == asked.parameters.get("FirewallArn")]
    if asked.parameters.get("FirewallArn") == LENT["FirewallArn"] and asked.account != PAYER:
        raise Refusal("AccessDeniedException", "The firewall is another account's.")
    if not found:
        raise Refusal("ResourceNotFoundException", "Resource not found")
    return found[0]


ANSWERS = (
    Answered(service="network-firewall", operation="ListFirewalls", make=_listed),
    Answered(
        service="network-firewall",
        operation="DescribeFirewall",
        make=_described,
        honours=frozenset({"FirewallArn"}),
        tried_with=lambda estate: {"FirewallArn": estate.of("firewall")[0].bill_id},
    ),
)

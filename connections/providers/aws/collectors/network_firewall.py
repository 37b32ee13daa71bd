"""Network Firewall: firewalls with the zones of their endpoints, and whether a route leads to them. No rule is read."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from connections.provider import Call, Collector, MetricPlace
from connections.providers.aws.networks import DESCRIBE_ROUTE_TABLES, DESCRIBE_VPC_ENDPOINTS
from connections.providers.aws.reader import clean_tags
from connections.resources.firewalls import Firewall

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from connections.providers.aws.reader import Listing, Reader
    from connections.resources import Thing

NOWHERE = "arn:aws:network-firewall:{region}:{account_id}:firewall/costframe-none"
LIST_FIREWALLS = Call(
    service="network-firewall",
    operation="ListFirewalls",
    action="network-firewall:ListFirewalls",
    why="Lists network firewalls.",
    cheapest={"MaxResults": 1},
)
DESCRIBE_FIREWALL = Call(
    service="network-firewall",
    operation="DescribeFirewall",
    action="network-firewall:DescribeFirewall",
    why="Tells in which zones a network firewall has endpoints, each of which is charged by the hour.",
    cheapest={"FirewallArn": NOWHERE},
    answers_cheapest=frozenset({"ResourceNotFoundException"}),
    absent=frozenset({"ResourceNotFoundException"}),  # deleted since it was listed
    withheld=("Firewall.Description", "Firewall.ProxySettings", "FirewallStatus.SyncStates.Config", "UpdateToken"),
)


def collect(reader: Reader) -> Iterator[Thing]:
    """Every firewall of one region. Routes and endpoints are asked for only where there is one."""
    arns = reader.listing(
        LIST_FIREWALLS,
        result="Firewalls",
        row=lambda item: _own(reader, item.get("FirewallArn", "")),
        kinds=(Firewall.KIND,),
        page_size=100,
    ).rows
    if not arns:
        return
    tables = reader.listing(DESCRIBE_ROUTE_TABLES, result="RouteTables", row=lambda item: item, page_size=100)
    made = reader.listing(
        DESCRIBE_VPC_ENDPOINTS,
        result="VpcEndpoints",
        row=lambda item: (item["VpcEndpointId"], item.get("CreationTimestamp")),
        page_size=1000,
    )
    described = reader.together(*(partial(_described, reader, arn) for arn in arns))
    for arn, answer in zip(arns, described, strict=True):
        if answer is None or answer:
            yield _firewall(reader, arn, answer or {}, tables, dict(made.rows))


def _own(reader: Reader, arn: str) -> str | None:
    """The ARN of a firewall of the account's own. One that another account shares is listed too, and is not charged
    here; nobody here may describe it.
    """
    return arn if f":{reader.account_id}:" in arn else None


def _described(reader: Reader, arn: str) -> dict[str, Any] | None:
    """None where it was not read, empty where it is gone."""
    return reader.one(DESCRIBE_FIREWALL, kinds=(Firewall.KIND,), FirewallArn=arn)


def _firewall(
    reader: Reader,
    arn: str,
    answer: dict[str, Any],
    tables: Listing[dict[str, Any]],
    made: Mapping[str, datetime | None],
) -> Firewall:
    said, status = answer.get("Firewall", {}), answer.get("FirewallStatus", {})
    zones: Mapping[str, Any] = status.get("SyncStates", {})
    endpoints = {zone.get("Attachment", {}).get("EndpointId") for zone in zones.values()} - {None}
    return Firewall(
        resource_id=arn,
        account_id=reader.account_id,
        region=reader.region,
        observed_at=reader.at,
        name=arn.rpartition("/")[2],
        created_at=min((moment for one in endpoints if (moment := made.get(one))), default=None),
        tags=clean_tags(said.get("Tags")),
        state=status.get("Status", ""),
        vpc_id=said.get("VpcId", ""),
        zones=tuple(sorted(zones)) if answer else None,
        is_routed=_is_routed(said, endpoints, tables),
        has_associations=bool(said.get("NumberOfAssociations")),
        is_proxy=bool(said.get("VpcEndpoint")),
    )


def _is_routed(said: dict[str, Any], endpoints: set[str], tables: Listing[dict[str, Any]]) -> bool | None:
    """Whether a route of its network leads to an endpoint. Who does not see the network's main table, sees not all."""
    own = [table for table in tables.rows if table.get("VpcId") == said.get("VpcId")]
    is_seen = any(link.get("Main") for table in own for link in table.get("Associations", ()))
    comes_otherwise = bool(said.get("TransitGatewayId") or said.get("NumberOfAssociations"))
    if not tables.is_complete or not is_seen or comes_otherwise:
        return None
    hops = {str(hop) for table in tables.rows for route in table.get("Routes", ()) for hop in route.values()}
    return not endpoints.isdisjoint(hops)


def _place(firewall: Firewall) -> MetricPlace | None:
    """Packets are counted by zone, and each of them by the first engine; the firewall's are the sum of all zones'."""
    parts = [
        (("AvailabilityZone", zone), ("Engine", "Stateless"), ("FirewallName", firewall.name))
        for zone in firewall.zones or ()
    ]
    return (
        MetricPlace(namespace="AWS/NetworkFirewall", dimensions=parts[0], further=tuple(parts[1:])) if parts else None
    )


COLLECTOR = Collector(
    service="network-firewall",
    needs={Firewall: (LIST_FIREWALLS, DESCRIBE_FIREWALL, DESCRIBE_ROUTE_TABLES, DESCRIBE_VPC_ENDPOINTS)},
    calls=(LIST_FIREWALLS, DESCRIBE_FIREWALL, DESCRIBE_ROUTE_TABLES, DESCRIBE_VPC_ENDPOINTS),
    collect=collect,
    places={Firewall: _place},
    billed_as=("AWS Network Firewall",),
)

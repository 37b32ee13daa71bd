"""NAT gateways by zone: one for each, two in one, and what tells their zones and routes."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from sandbox.aws import charges, names, prices, usage
from sandbox.aws.compute import put, tags
from sandbox.aws.model import Item, all_but
from sandbox.aws.network import address_item
from sandbox.aws.shaped import Answered

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sandbox.aws.model import Draw, Estate
    from sandbox.aws.shaped import Asked

REDUNDANT = "aws_vpc_nat_gateway_redundant"
RULES = (*names.NAT_RULES, REDUNDANT)
CELLS = ((names.SHOP, "us-east-1"), (names.SHOP, "eu-west-1"))
MB = 1_000_000
MISSING_DAYS = (3, 8)


@dataclass(frozen=True, kw_only=True)
class Gateway:
    """One gateway of a VPC: its zone's letter, how long it stands, and how many MB pass each way on a day."""

    zone: str
    age_days: int
    low: int
    high: int
    wastes: tuple[str, ...] = ()
    unknowns: tuple[str, ...] = ()
    trap: str = ""


ELDER = Gateway(zone="a", age_days=400, low=1_000, high=3_000)
# What stands together in one VPC: how many such VPCs, and the gateways of each.
VPCS: dict[str, tuple[int, tuple[Gateway, ...]]] = {
    "pair_in_one_zone": (3, (ELDER, Gateway(zone="a", age_days=90, low=300, high=900, wastes=(REDUNDANT,)))),
    "pair_and_hardly_used": (
        1,
        (ELDER, Gateway(zone="a", age_days=90, low=2, high=20, wastes=(REDUNDANT, names.NAT_LOW))),
    ),
    "pair_both_busy": (
        1,
        (ELDER, Gateway(zone="a", age_days=90, low=6_000, high=9_000, trap="second of its zone, and 12 GB pass a day")),
    ),
    "pair_days_missing": (
        2,
        (
            ELDER,
            Gateway(
                zone="a",
                age_days=90,
                low=300,
                high=900,
                unknowns=(REDUNDANT,),
                trap="second of its zone, and 2 of the last 14 days are missing",
            ),
        ),
    ),
    "pair_new": (
        1,
        (ELDER, Gateway(zone="a", age_days=6, low=300, high=900, trap="second of its zone, and 6 days old")),
    ),
    "one_for_each_zone": (
        2,
        (
            ELDER,
            Gateway(
                zone="b",
                age_days=400,
                low=2,
                high=20,
                trap="hardly used, but the one gateway of its zone, so that the other zone may fail",
            ),
        ),
    ),
}


def add(draw: Draw, estate: Estate) -> None:
    for alone in estate.of("nat_gateway"):
        # Each of those has a VPC to itself.
        alone.facts.update(vpc=draw.id("vpc"), zone=f"{alone.region}a", subnet=draw.id("subnet"))
        alone.fines = (*alone.fines, REDUNDANT)
    for case, (count, gateways) in VPCS.items():
        for number in range(count):
            account, region = CELLS[number % len(CELLS)]
            vpc_id = draw.id("vpc")
            for at, gateway in enumerate(gateways):
                label = f"nat-{case.replace('_', '-')}-{number + 1}{gateway.zone}{at + 1}"
                _gateway(draw, estate, case if at else "elder", gateway, (account, region, vpc_id, label))


def _gateway(draw: Draw, estate: Estate, case: str, gateway: Gateway, where: tuple[str, str, str, str]) -> None:
    account, region, vpc_id, label = where
    gateway_id, created = draw.id("nat"), draw.ago(gateway.age_days + 0.4)
    first, last = charges.span(created, draw.as_of)
    gib = Decimal(gateway.low + gateway.high) / 1000
    hours, processed = prices.NAT_HOUR[region] * 24, prices.NAT_GIB[region] * gib
    item = Item(
        kind="nat_gateway",
        account=account,
        region=region,
        native_id=gateway_id,
        bill_id=f"arn:aws:ec2:{region}:{account}:natgateway/{gateway_id}",
        case=case,
        created_at=created,
        name=label,
        tags=tags(draw, label),
        facts={"route_tables": 1, "vpc": vpc_id, "zone": f"{region}{gateway.zone}", "subnet": draw.id("subnet")},
        wastes=gateway.wastes,
        fines=all_but(RULES, gateway.wastes, gateway.unknowns),
        unknowns=gateway.unknowns,
        saves={names.NAT_LOW: None, REDUNDANT: hours / (hours + processed)},
        trap=gateway.trap,
        charges=charges.nat_gateway(region=region, gib_per_day=gib, first=first, last=last),
    )
    estate.items.append(item)
    address = address_item(draw, estate, case="of_nat", account=account, region=region, holder=item)
    item.facts["allocation_id"] = address.native_id
    missing = MISSING_DAYS if gateway.unknowns else ()
    for metric in ("BytesOutToDestination", "BytesInFromDestination", "BytesOutToSource", "BytesInFromSource"):
        values = usage.counter(draw.random, low=gateway.low * MB, high=gateway.high * MB)
        known = usage.without(values, lambda ago: ago in missing or ago > gateway.age_days)
        put(estate, item, ("AWS/NATGateway", metric, "NatGatewayId", gateway_id), known)


def _pairs(values: dict[str, str]) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in sorted(values.items())]


def _nat_gateways(asked: Asked) -> dict[str, Any]:
    addresses = {item.native_id: item.facts["public_ip"] for item in asked.of("address")}
    return {
        "NatGateways": [
            {
                "NatGatewayId": item.native_id,
                "VpcId": item.facts["vpc"],
                "SubnetId": item.facts["subnet"],
                "State": "available",
                "CreateTime": item.created_at,
                "ConnectivityType": "public",
                "AvailabilityMode": "zonal",
                "NatGatewayAddresses": [
                    {
                        "AllocationId": item.facts["allocation_id"],
                        "PublicIp": addresses[item.facts["allocation_id"]],
                        "NetworkInterfaceId": f"eni-{item.native_id.removeprefix('nat-')}",
                        "PrivateIp": "10.0.0.10",
                        "IsPrimary": True,
                        "Status": "succeeded",
                    }
                ],
                "Tags": _pairs(item.tags),
            }
            for item in asked.of("nat_gateway")
        ]
    }


def _subnets(asked: Asked) -> dict[str, Any]:
    return {
        "Subnets": [
            {
                "SubnetId": item.facts["subnet"],
                "VpcId": item.facts["vpc"],
                "AvailabilityZone": item.facts["zone"],
                "CidrBlock": "10.0.0.0/24",
                "State": "available",
                "OwnerId": item.account,
                "Tags": [],
            }
            for item in asked.of("nat_gateway")
        ]
    }


def _route_tables(asked: Asked) -> dict[str, Any]:
    """The main table of every VPC that is not another account's, with the ways that lead out of it, one more for
    each subnet that goes out by a NAT gateway, and those that a resource brings along.
    """
    vpcs = {
        item.facts["vpc"]: item.facts.get("ways", ())
        for item in asked.estate.items
        if (item.account, item.region) == (asked.account, asked.region)
        and item.facts.get("vpc")
        and not item.facts.get("is_shared_vpc")
    }
    tables = [_table(vpc_id, f"rtb-{vpc_id.removeprefix('vpc-')}", ways, is_main=True) for vpc_id, ways in vpcs.items()]
    tables += [
        _table(item.facts["vpc"], f"rtb-{item.native_id.removeprefix('nat-')}", (("NatGatewayId", item.native_id),))
        for item in asked.of("nat_gateway")
        if item.facts["route_tables"]
    ]
    here = [one for one in asked.estate.items if (one.account, one.region) == (asked.account, asked.region)]
    return {"RouteTables": [*tables, *(table for item in here for table in item.facts.get("own_tables", ()))]}


def _table(vpc_id: str, table_id: str, ways: tuple[tuple[str, str], ...], *, is_main: bool = False) -> dict[str, Any]:
    return {
        "RouteTableId": table_id,
        "VpcId": vpc_id,
        "Associations": [
            {"Main": is_main, "RouteTableId": table_id, "RouteTableAssociationId": table_id.replace("rtb", "rtbassoc")}
        ],
        "Routes": list(_routes(ways)),
        "PropagatingVgws": [],
        "Tags": [],
    }


def _routes(ways: tuple[tuple[str, str], ...]) -> Iterator[dict[str, str]]:
    yield {"DestinationCidrBlock": "10.0.0.0/16", "GatewayId": "local", "Origin": "CreateRouteTable", "State": "active"}
    for name, target in ways:
        destination = "0.0.0.0/0" if name == "NatGatewayId" else "172.16.0.0/12"
        yield {"DestinationCidrBlock": destination, name: target, "Origin": "CreateRoute", "State": "active"}


ANSWERS = (
    Answered(service="ec2", operation="DescribeNatGateways", make=_nat_gateways, largest=1000),
    Answered(service="ec2", operation="DescribeSubnets", make=_subnets, largest=1000),
    Answered(service="ec2", operation="DescribeRouteTables", make=_route_tables, largest=100),
)

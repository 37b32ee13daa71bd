"""Classic Load Balancers: used, hardly used, empty, empty at night alone, and those of which little can be told."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from sandbox.aws import charges, names, usage
from sandbox.aws.compute import put, tags
from sandbox.aws.model import Charge, Item, all_but
from sandbox.aws.shaped import Answered, matching

if TYPE_CHECKING:
    from datetime import date

    from sandbox.aws.model import Draw, Estate
    from sandbox.aws.shaped import Asked

EMPTY, LITTLE = "aws_elb_classic_without_instances", "aws_elb_classic_low_traffic"
RULES = (EMPTY, LITTLE)
HOME, DEAF = (names.SHOP, "us-east-1"), (names.LAB, "ap-southeast-2")
RESOURCE_TYPES = {"classic_load_balancer": "Classic Load Balancer"}
HOUR = {"us-east-1": "0.025", "ap-southeast-2": "0.028"}
GIB = Decimal("0.008")
MISSING_DAYS = (3, 8)
NIGHTS = 5


@dataclass(frozen=True, kw_only=True)
class Balancer:
    """One way to be a Classic Load Balancer. `requests` are those of a day; what comes not CloudWatch does not tell."""

    count: int
    instances: int = 2
    protocol: str = "HTTP"
    requests: int = 0
    burst: int = 0
    age_days: int = 300
    where: tuple[str, str] = HOME
    is_empty_at_times: bool = False
    is_unhealthy_at_times: bool = False
    has_missing_days: bool = False
    wastes: tuple[str, ...] = ()
    unknowns: tuple[str, ...] = ()
    is_untold: bool = False
    trap: str = ""


BALANCERS: dict[str, Balancer] = {
    "classic_busy": Balancer(count=3, requests=90_000),
    "classic_empty": Balancer(count=4, instances=0, wastes=(EMPTY,)),
    "classic_empty_at_night": Balancer(
        count=2, instances=0, is_empty_at_times=True, trap="empty now, but instances were registered 5 days ago"
    ),
    "classic_empty_and_new": Balancer(count=1, instances=0, age_days=5, trap="empty, but only 5 days old"),
    "classic_empty_unanswered": Balancer(
        count=2, instances=0, where=DEAF, unknowns=(EMPTY,), trap="empty, and CloudWatch does not answer for it"
    ),
    "classic_silent": Balancer(count=3, wastes=(LITTLE,)),
    "classic_hardly_used": Balancer(count=2, requests=40, wastes=(LITTLE,), is_untold=True),
    "classic_used_once": Balancer(count=2, burst=700, trap="700 requests on one of the last 14 days, and none else"),
    "classic_of_connections": Balancer(
        count=2, protocol="TCP", requests=12, trap="12 connections a day, but one may stay open for days"
    ),
    "classic_new": Balancer(count=1, age_days=6, trap="silent, but only 6 days old"),
    "classic_unhealthy_at_times": Balancer(
        count=1,
        is_unhealthy_at_times=True,
        unknowns=(LITTLE,),
        trap="silent, but none of its instances was healthy on 2 of the days",
    ),
    "classic_days_missing": Balancer(
        count=1, has_missing_days=True, unknowns=(LITTLE,), trap="silent, and 2 days without its healthy instances"
    ),
}


def add(draw: Draw, estate: Estate) -> None:
    for case, balancer in BALANCERS.items():
        for number in range(balancer.count):
            _balancer(draw, estate, case, balancer, f"{case.replace('_', '-')}-{number + 1}")


def _charges(balancer: Balancer, *, region: str, first: date, last: date) -> list[Charge]:
    hour, code = Decimal(HOUR[region]), names.REGION_CODES[region]
    meters = [("LoadBalancerUsage", "Hrs", hour, Decimal(24)), ("DataProcessing-Bytes", "GB", GIB, Decimal(4))]
    return [
        Charge(
            service=charges.ELB,
            meter=f"{code}{name}",
            operation="LoadBalancing",
            description=f"${price} per {unit} of a Classic LoadBalancer",
            unit=unit,
            price=price,
            per_day=amount,
            first=first,
            last=last,
        )
        for name, unit, price, amount in (meters if balancer.requests > 1000 else meters[:1])  # noqa: PLR2004
    ]


def _balancer(draw: Draw, estate: Estate, case: str, balancer: Balancer, name: str) -> None:
    account, region = balancer.where
    created = draw.ago(balancer.age_days + 0.2)
    first, last = charges.span(created, draw.as_of)
    arn, port = f"arn:aws:elasticloadbalancing:{region}:{account}:loadbalancer/{name}", 80
    item = Item(
        kind="classic_load_balancer",
        account=account,
        region=region,
        native_id=arn,
        bill_id=arn,
        case=case,
        created_at=created,
        name=name,
        tags=tags(draw, name),
        shape={
            "LoadBalancerName": name,
            "DNSName": f"{name}-{draw.hex(10)}.{region}.elb.amazonaws.com",
            "ListenerDescriptions": [
                {
                    "Listener": {
                        "Protocol": balancer.protocol,
                        "LoadBalancerPort": port,
                        "InstanceProtocol": balancer.protocol,
                        "InstancePort": port,
                    },
                    "PolicyNames": [],
                }
            ],
            "AvailabilityZones": [f"{region}a", f"{region}b"],
            "VPCId": draw.id("vpc"),
            "Instances": [{"InstanceId": draw.id("i")} for _ in range(balancer.instances)],
            "CreatedTime": created,
            "Scheme": "internet-facing",
        },
        wastes=balancer.wastes,
        fines=all_but(RULES, balancer.wastes, balancer.unknowns),
        unknowns=balancer.unknowns,
        saves={LITTLE: None} if balancer.is_untold else {},
        trap=balancer.trap,
        charges=_charges(balancer, region=region, first=first, last=last),
    )
    estate.items.append(item)
    if balancer.where == DEAF:
        estate.unanswered.add(name)
        return
    _measure(draw, estate, item, balancer)


def _measure(draw: Draw, estate: Estate, item: Item, balancer: Balancer) -> None:
    """Nothing is reported of days without requests, or without registered instances."""
    own = ("LoadBalancerName", item.name)
    hosts = usage.flat(float(max(1, balancer.instances)))
    if balancer.is_unhealthy_at_times:
        hosts = usage.raised(hosts, days_ago=MISSING_DAYS, to=0.0, statistics=("Minimum", "Average", "Maximum"))
    missing = set(MISSING_DAYS) if balancer.has_missing_days else set()
    is_empty = not balancer.instances and not balancer.is_empty_at_times
    hosts = usage.without(
        hosts,
        lambda ago: (
            is_empty or ago in missing or ago > balancer.age_days or (balancer.is_empty_at_times and ago < NIGHTS)
        ),
    )
    put(estate, item, ("AWS/ELB", "HealthyHostCount", *own), hosts)
    day = draw.days(3, 12)
    requests = usage.flat(float(balancer.burst or balancer.requests))
    requests = usage.without(requests, lambda ago: not balancer.requests and (not balancer.burst or ago != day))
    put(estate, item, ("AWS/ELB", "RequestCount", *own), requests)


def _balancers(asked: Asked) -> dict[str, Any]:
    rows = [item.shape for item in asked.of("classic_load_balancer")]
    return {"LoadBalancerDescriptions": matching(rows, {"LoadBalancerName": asked.parameters.get("LoadBalancerNames")})}


def _tags(asked: Asked) -> dict[str, Any]:
    wanted = set(asked.parameters["LoadBalancerNames"])
    return {
        "TagDescriptions": [
            {
                "LoadBalancerName": item.name,
                "Tags": [{"Key": key, "Value": value} for key, value in sorted(item.tags.items())],
            }
            for item in asked.of("classic_load_balancer")
            if item.name in wanted
        ]
    }


def _some(estate: Estate) -> dict[str, list[str]]:
    return {"LoadBalancerNames": [item.name for item in estate.of("classic_load_balancer")[:20]]}


ANSWERS = (
    Answered(
        service="elb",
        operation="DescribeLoadBalancers",
        make=_balancers,
        honours=frozenset({"LoadBalancerNames"}),
        action="elasticloadbalancing:DescribeLoadBalancers",
        largest=400,
    ),
    Answered(
        service="elb",
        operation="DescribeTags",
        make=_tags,
        honours=frozenset({"LoadBalancerNames"}),
        action="elasticloadbalancing:DescribeTags",
        tried_with=_some,
    ),
)

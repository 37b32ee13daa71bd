"""Load balancers of the first generation, with their tags."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from connections.provider import Call, Collector, MetricPlace
from connections.providers.aws.reader import clean_tags
from connections.resources.classic_balancers import ClassicLoadBalancer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from connections.providers.aws.reader import Listing, Reader
    from connections.resources import Thing

DESCRIBE_LOAD_BALANCERS = Call(
    service="elb",
    operation="DescribeLoadBalancers",
    action="elasticloadbalancing:DescribeLoadBalancers",
    why="Lists Classic Load Balancers with what they listen to and the instances registered with them.",
    cheapest={"PageSize": 1},
)
DESCRIBE_TAGS = Call(
    service="elb",
    operation="DescribeTags",
    action="elasticloadbalancing:DescribeTags",
    why="Reads Classic Load Balancers' tags, so that an action list can be given to their owners.",
    cheapest={"LoadBalancerNames": ["costframe-none"]},
    answers_cheapest=frozenset({"LoadBalancerNotFound", "AccessPointNotFound"}),
)
ARN = "arn:aws:elasticloadbalancing:{region}:{account_id}:loadbalancer/{name}"
TAGS_AT_ONCE = 20  # what DescribeTags takes


def collect(reader: Reader) -> Iterator[Thing]:
    """Every Classic Load Balancer of one region; without tags where those could not be read."""
    listed: Listing[Any] = reader.listing(
        DESCRIBE_LOAD_BALANCERS,
        result="LoadBalancerDescriptions",
        row=lambda item: _balancer(reader, item),
        kinds=(ClassicLoadBalancer.KIND,),
        page_size=400,
    )
    tags = _tags(reader, [balancer.name for balancer in listed.rows])
    for balancer in listed.rows:
        yield replace(balancer, tags=tags.get(balancer.name, {}))


def _balancer(reader: Reader, item: dict[str, Any]) -> ClassicLoadBalancer:
    name = item["LoadBalancerName"]
    listeners = [one.get("Listener", {}) for one in item.get("ListenerDescriptions", ())]
    return ClassicLoadBalancer(
        resource_id=ARN.format(region=reader.region, account_id=reader.account_id, name=name),
        account_id=reader.account_id,
        region=reader.region,
        observed_at=reader.at,
        name=name,
        created_at=item.get("CreatedTime"),
        instance_count=len(item.get("Instances", ())),
        protocols=tuple(sorted({str(one["Protocol"]).upper() for one in listeners if one.get("Protocol")})),
        scheme=item.get("Scheme", ""),
        vpc_id=item.get("VPCId", ""),
    )


def _tags(reader: Reader, names: list[str]) -> dict[str, dict[str, str]]:
    def batch(some: list[str]) -> Listing[tuple[str, dict[str, str]]]:
        return reader.listing(
            DESCRIBE_TAGS,
            result="TagDescriptions",
            row=lambda item: (item["LoadBalancerName"], clean_tags(item.get("Tags"))),
            LoadBalancerNames=some,
        )

    batches = [names[at : at + TAGS_AT_ONCE] for at in range(0, len(names), TAGS_AT_ONCE)]
    return dict(pair for found in reader.together(*(partial(batch, some) for some in batches)) for pair in found.rows)


def _place(balancer: ClassicLoadBalancer) -> MetricPlace:
    return MetricPlace(namespace="AWS/ELB", dimensions=(("LoadBalancerName", balancer.name),))


COLLECTOR = Collector(
    service="elb",
    needs={ClassicLoadBalancer: (DESCRIBE_LOAD_BALANCERS,)},
    calls=(DESCRIBE_LOAD_BALANCERS, DESCRIBE_TAGS),
    collect=collect,
    places={ClassicLoadBalancer: _place},
    billed_as=("Elastic Load Balancing",),
    recorded_as={ClassicLoadBalancer: ("AWS::ElasticLoadBalancing::LoadBalancer",)},
)

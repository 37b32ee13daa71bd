"""Load balancers of the second generation, each joined with how many targets stand behind it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

from connections.provider import Call, Collector, MetricPlace
from connections.providers.aws.reader import clean_tags
from connections.providers.aws.target_groups import DESCRIBE_TARGET_GROUPS
from connections.resources import LoadBalancer, Thing

if TYPE_CHECKING:
    from collections.abc import Iterator

    from connections.providers.aws.reader import Listing, Reader

ARN = "arn:aws:elasticloadbalancing:{region}:{account_id}"
NAMESPACES = {
    "application": "AWS/ApplicationELB",
    "network": "AWS/NetworkELB",
    "gateway": "AWS/GatewayELB",
}
DESCRIBE_LOAD_BALANCERS = Call(
    service="elbv2",
    operation="DescribeLoadBalancers",
    action="elasticloadbalancing:DescribeLoadBalancers",
    why="Lists load balancers.",
    cheapest={"PageSize": 1},
)
DESCRIBE_TARGET_HEALTH = Call(
    service="elbv2",
    operation="DescribeTargetHealth",
    action="elasticloadbalancing:DescribeTargetHealth",
    why="Tells whether a load balancer has anything to send traffic to.",
    cheapest={"TargetGroupArn": f"{ARN}:targetgroup/costframe-none/0123456789abcdef"},
    answers_cheapest=frozenset({"TargetGroupNotFound", "TargetGroupNotFoundException"}),
    withheld=(
        "TargetHealthDescriptions.AdministrativeOverride",
        "TargetHealthDescriptions.TargetHealth.Description",
    ),
)
DESCRIBE_LOAD_BALANCER_TAGS = Call(
    service="elbv2",
    operation="DescribeTags",
    action="elasticloadbalancing:DescribeTags",
    why="Reads load balancers' tags, so that an action list can be given to their owners.",
    cheapest={"ResourceArns": [f"{ARN}:loadbalancer/app/costframe-none/0123456789abcdef"]},
    answers_cheapest=frozenset({"LoadBalancerNotFound"}),
)
TAGS_AT_ONCE = 20  # what DescribeTags takes
# A function's health is not checked unless somebody asks for it: its target is "unavailable", and answers all the same.
ANSWERING = frozenset({"healthy", "unavailable"})


@dataclass(frozen=True, kw_only=True)
class _Group:
    arn: str
    balancer_arns: tuple[str, ...]
    target_count: int | None = None
    healthy_count: int | None = None


def collect(reader: Reader) -> Iterator[Thing]:
    """Every load balancer of one region with its targets counted; None where a count could not be read."""
    balancers: Listing[Any]
    groups: Listing[Any]
    balancers, groups = reader.together(lambda: _balancers(reader), lambda: _groups(reader))
    tags = _tags(reader, [balancer.resource_id for balancer in balancers.rows])
    joined = [replace(balancer, tags=tags.get(balancer.resource_id, {})) for balancer in balancers.rows]
    if not groups.is_complete:
        yield from (replace(balancer, are_details_read=False) for balancer in joined)
        return
    numbers = Counter(arn for group in groups.rows for arn in group.balancer_arns)
    listed = [replace(balancer, target_group_count=numbers[balancer.resource_id]) for balancer in joined]
    kept = {balancer.resource_id: found for balancer in listed if (found := reader.kept(balancer))}
    asked = [group for group in groups.rows if not kept.keys() >= set(group.balancer_arns)]
    behind: dict[str, list[_Group]] = {}
    for group in reader.together(*(partial(_counted, reader, group) for group in asked)):
        for arn in group.balancer_arns:
            behind.setdefault(arn, []).append(group)
    for balancer in listed:
        yield kept.get(balancer.resource_id) or _with_targets(balancer, behind.get(balancer.resource_id, []))


def _balancers(reader: Reader) -> Listing[Any]:
    return reader.listing(
        DESCRIBE_LOAD_BALANCERS,
        result="LoadBalancers",
        row=lambda item: LoadBalancer(
            resource_id=item["LoadBalancerArn"],
            account_id=reader.account_id,
            region=reader.region,
            observed_at=reader.at,
            name=item.get("LoadBalancerName", ""),
            created_at=item.get("CreatedTime"),
            balancer_type=item.get("Type", ""),
            state=item.get("State", {}).get("Code", ""),
            scheme=item.get("Scheme", ""),
        ),
        kinds=(LoadBalancer.KIND,),
        page_size=400,
    )


def _groups(reader: Reader) -> Listing[Any]:
    return reader.listing(
        DESCRIBE_TARGET_GROUPS,
        result="TargetGroups",
        row=lambda item: _Group(arn=item["TargetGroupArn"], balancer_arns=tuple(item.get("LoadBalancerArns", ()))),
        page_size=400,
    )


def _counted(reader: Reader, group: _Group) -> _Group:
    states = reader.listing(
        DESCRIBE_TARGET_HEALTH,
        result="TargetHealthDescriptions",
        row=lambda item: str(item.get("TargetHealth", {}).get("State", "")),
        TargetGroupArn=group.arn,
    )
    if not states.is_complete:
        return group
    return replace(group, target_count=len(states.rows), healthy_count=sum(one in ANSWERING for one in states.rows))


def _with_targets(balancer: LoadBalancer, groups: list[_Group]) -> LoadBalancer:
    targets = [group.target_count for group in groups]
    healthy = [group.healthy_count for group in groups]
    count = _sum(targets)
    return replace(balancer, target_count=count, healthy_target_count=_sum(healthy), are_details_read=count is not None)


def _sum(counts: list[int | None]) -> int | None:
    known = [count for count in counts if count is not None]
    return sum(known) if len(known) == len(counts) else None


def _tags(reader: Reader, arns: list[str]) -> dict[str, dict[str, str]]:
    def batch(some: list[str]) -> Listing[tuple[str, dict[str, str]]]:
        return reader.listing(
            DESCRIBE_LOAD_BALANCER_TAGS,
            result="TagDescriptions",
            row=lambda item: (item["ResourceArn"], clean_tags(item.get("Tags"))),
            ResourceArns=some,
        )

    batches = [arns[at : at + TAGS_AT_ONCE] for at in range(0, len(arns), TAGS_AT_ONCE)]
    return dict(pair for found in reader.together(*(partial(batch, some) for some in batches)) for pair in found.rows)


def _place(balancer: LoadBalancer) -> MetricPlace | None:
    namespace = NAMESPACES.get(balancer.balancer_type)
    if namespace is None:
        return None
    return MetricPlace(
        namespace=namespace, dimensions=(("LoadBalancer", balancer.resource_id.partition(":loadbalancer/")[2]),)
    )


COLLECTOR = Collector(
    service="elasticloadbalancing",
    needs={LoadBalancer: (DESCRIBE_LOAD_BALANCERS, DESCRIBE_TARGET_GROUPS, DESCRIBE_TARGET_HEALTH)},
    calls=(DESCRIBE_LOAD_BALANCERS, DESCRIBE_TARGET_GROUPS, DESCRIBE_TARGET_HEALTH, DESCRIBE_LOAD_BALANCER_TAGS),
    collect=collect,
    places={LoadBalancer: _place},
    billed_as=("Elastic Load Balancing",),
    recorded_as={LoadBalancer: ("AWS::ElasticLoadBalancingV2::LoadBalancer",)},
)

"""Target groups of load balancers, which tell of a balancer's targets and of what a service is asked through."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from connections.provider import Call

if TYPE_CHECKING:
    from collections.abc import Mapping

    from connections.providers.aws.reader import Reader

DESCRIBE_TARGET_GROUPS = Call(
    service="elbv2",
    operation="DescribeTargetGroups",
    action="elasticloadbalancing:DescribeTargetGroups",
    why="Tells which target groups stand behind a load balancer.",
    cheapest={"PageSize": 1},
)
COUNTED = frozenset({"HTTP", "HTTPS"})


def counting_requests(reader: Reader) -> frozenset[str]:
    """The target groups of a region whose requests its load balancer counts; empty where they could not be read."""
    return frozenset(
        reader.listing(DESCRIBE_TARGET_GROUPS, result="TargetGroups", row=arn_where_counted, page_size=400).rows
    )


def arn_where_counted(item: Mapping[str, Any]) -> str | None:
    """The ARN of a target group that is behind a balancer of requests, and not behind one of packets or nothing."""
    is_counted = item.get("Protocol") in COUNTED and bool(item.get("LoadBalancerArns"))
    return str(item["TargetGroupArn"]) if is_counted else None

"""What Application Auto Scaling moves by itself, and within which bounds, for all that it can scale."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from connections.provider import Call

if TYPE_CHECKING:
    from connections.providers.aws.reader import Listing, Reader

DESCRIBE_TARGETS = Call(
    service="application-autoscaling",
    operation="DescribeScalableTargets",
    action="application-autoscaling:DescribeScalableTargets",
    why="Tells what is scaled automatically, and within which bounds.",
    cheapest={"ServiceNamespace": "dynamodb", "MaxResults": 1},
)
Target = tuple[tuple[str, str], tuple[int, int]]


def targets(reader: Reader, *, namespace: str) -> Listing[Target]:
    """(id, dimension) and (least, most) of all that is scaled in a service's namespace ("dynamodb", "ecs")."""
    return reader.listing(
        DESCRIBE_TARGETS, result="ScalableTargets", row=_target, page_size=50, ServiceNamespace=namespace
    )


def _target(item: dict[str, Any]) -> Target:
    return (item["ResourceId"], item["ScalableDimension"]), (item["MinCapacity"], item["MaxCapacity"])

"""Auto Scaling: groups with their bounds and machines. No template is read: it holds what machines start with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from connections.provider import Call, Collector, MetricPlace
from connections.providers.aws.agents import AGENT
from connections.providers.aws.reader import clean_tags
from connections.resources.scaling import AutoScalingGroup

if TYPE_CHECKING:
    from collections.abc import Iterator

    from connections.providers.aws.reader import Reader
    from connections.resources import Thing

DESCRIBE_GROUPS = Call(
    service="autoscaling",
    operation="DescribeAutoScalingGroups",
    action="autoscaling:DescribeAutoScalingGroups",
    why="Lists groups of machines with their bounds, and which machines each holds.",
    cheapest={"MaxRecords": 1},
    withheld=(
        "AutoScalingGroups.Context",
        "AutoScalingGroups.LaunchTemplate",
        "AutoScalingGroups.MixedInstancesPolicy",
    ),
)


def collect(reader: Reader) -> Iterator[Thing]:
    """Every group of one region."""
    yield from reader.listing(
        DESCRIBE_GROUPS,
        result="AutoScalingGroups",
        row=lambda item: _group(reader, item),
        kinds=(AutoScalingGroup.KIND,),
        page_size=100,
    ).rows


def _group(reader: Reader, item: dict[str, Any]) -> AutoScalingGroup:
    # Machines of a warm pool are listed beside those in service, in states that begin with Warmed.
    serving = [one for one in item.get("Instances", ()) if one.get("LifecycleState") == "InService"]
    operator = item.get("Operator", {})
    return AutoScalingGroup(
        resource_id=item["AutoScalingGroupName"],
        account_id=reader.account_id,
        region=reader.region,
        observed_at=reader.at,
        name=item["AutoScalingGroupName"],
        created_at=item.get("CreatedTime"),
        tags=clean_tags(item.get("Tags")),
        state=item.get("Status", ""),
        min_size=item["MinSize"],
        max_size=item["MaxSize"],
        desired_count=item["DesiredCapacity"],
        instance_count=len(serving),
        instance_types=tuple(sorted({one["InstanceType"] for one in serving if one.get("InstanceType")})),
        zones=tuple(sorted(item.get("AvailabilityZones", ()))),
        warm_count=item.get("WarmPoolSize") or 0,
        operator=str(operator.get("Principal") or "another service") if operator.get("Managed") else "",
    )


def _place(group: AutoScalingGroup) -> MetricPlace:
    """What its machines did together. The agent on them tells of memory where it is set to add up by the group."""
    dimensions = (("AutoScalingGroupName", group.resource_id),)
    return MetricPlace(namespace="AWS/EC2", dimensions=dimensions, elsewhere={AGENT: dimensions})


COLLECTOR = Collector(
    service="autoscaling",
    needs={AutoScalingGroup: (DESCRIBE_GROUPS,)},
    calls=(DESCRIBE_GROUPS,),
    collect=collect,
    places={AutoScalingGroup: _place},
    billed_as=("Amazon Elastic Compute Cloud",),
    recorded_as={AutoScalingGroup: ("AWS::AutoScaling::AutoScalingGroup",)},
)

"""CloudWatch: alarms on metrics, and whether the machines that they watch are still there. No text of one is read."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from connections.provider import Call, Collector
from connections.providers.aws.alarms import DESCRIBE_ALARMS
from connections.providers.aws.tagging import GET_RESOURCES, tags_by_arn
from connections.resources.alarms import Alarm

if TYPE_CHECKING:
    from collections.abc import Iterator

    from connections.providers.aws.reader import Reader
    from connections.resources import Thing

DESCRIBE_STATUS = Call(
    service="ec2",
    operation="DescribeInstanceStatus",
    action="ec2:DescribeInstanceStatus",
    why="Tells which machines there are, so that an alarm on one that is gone is told apart.",
    cheapest={"MaxResults": 5},
    withheld=("InstanceStatuses.Events", "InstanceStatuses.PerformanceStatus"),
)
# Elsewhere an InstanceId may be of something else: Amazon Connect has instances too, and what CloudWatch's agent tells
# may come from a machine of another region or account.
OF_MACHINES = "AWS/EC2"


def collect(reader: Reader) -> Iterator[Thing]:
    """Every alarm on metrics of one region. Machines are asked for only where an alarm watches one."""
    alarms = reader.listing(
        DESCRIBE_ALARMS,
        result="MetricAlarms",
        row=lambda item: _alarm(reader, item),
        kinds=(Alarm.KIND,),
        page_size=100,
        AlarmTypes=["MetricAlarm"],
    ).rows
    if not alarms:
        return
    tags = tags_by_arn(reader, "cloudwatch:alarm")
    there = _machines(reader) if any(alarm.instance_id for alarm in alarms) else None
    for alarm in alarms:
        known = replace(alarm, tags=tags.get(alarm.resource_id, {}))
        yield known if there is None else replace(known, is_instance_there=alarm.instance_id in there)


def _alarm(reader: Reader, item: dict[str, Any]) -> Alarm:
    return Alarm(
        resource_id=item["AlarmArn"],
        account_id=reader.account_id,
        region=reader.region,
        observed_at=reader.at,
        name=item["AlarmName"],
        state=item.get("StateValue", ""),
        state_since_at=item.get("StateTransitionedTimestamp"),
        metric=item.get("MetricName", ""),
        instance_id=instance_of(item),
    )


def instance_of(item: dict[str, Any]) -> str:
    """The machine that an alarm's one metric is of; "" where it is of none."""
    found = [one["Value"] for one in item.get("Dimensions", ()) if one["Name"] == "InstanceId"]
    is_one = item.get("Namespace") == OF_MACHINES and len(found) == 1 and found[0].startswith("i-")
    return str(found[0]) if is_one else ""


def _machines(reader: Reader) -> frozenset[str] | None:
    """The ids of all machines of the region, in whatever state; None after a gap."""
    found = reader.listing(
        DESCRIBE_STATUS,
        result="InstanceStatuses",
        row=lambda item: str(item["InstanceId"]),
        page_size=1000,
        IncludeAllInstances=True,
        IncludeManagedResources=True,
    )
    return frozenset(found.rows) if found.is_complete else None


COLLECTOR = Collector(
    service="cloudwatch",
    needs={Alarm: (DESCRIBE_ALARMS, DESCRIBE_STATUS)},
    calls=(DESCRIBE_ALARMS, DESCRIBE_STATUS, GET_RESOURCES),
    collect=collect,
    billed_as=("AmazonCloudWatch", "Amazon CloudWatch"),
    recorded_as={Alarm: ("AWS::CloudWatch::Alarm",)},
)

"""Alarms: on machines that are there, on machines that are gone, and on no machine."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from sandbox.aws import names
from sandbox.aws.cases import Case, meter, stands
from sandbox.aws.families import names_and_checks
from sandbox.aws.shaped import Answered, Pages

if TYPE_CHECKING:
    from sandbox.aws.cases import Stand
    from sandbox.aws.model import Draw, Estate
    from sandbox.aws.shaped import Asked

ORPHANED = "aws_cloudwatch_alarm_orphaned"
BILLED_AS = "AmazonCloudWatch"
SERVICES = {BILLED_AS: ("Management and Governance", "Observability", "AmazonCloudWatch")}
RESOURCE_TYPES = {"alarm": "Alarm"}
CELL = (names.SHOP, "us-east-1")
# Where an organisation refuses to tell which machines there are.
REFUSED_CELL = (names.LAB, "ap-southeast-2")
REFUSED = ((*REFUSED_CELL, "ec2:DescribeInstanceStatus"),)
NO_DATA = "INSUFFICIENT_DATA"
CASES = {
    "on_machine": Case(count=3, has={"is_there": True}),
    "on_nothing": Case(count=2, wastes=(ORPHANED,), has={"state": NO_DATA, "days": 60}),
    "on_nothing_calm": Case(wastes=(ORPHANED,), has={"state": "OK", "days": 90}),
    "just_gone": Case(has={"state": NO_DATA, "days": 4}, trap="its machine is gone, but for four days only"),
    "without_data": Case(
        has={"is_there": True, "state": NO_DATA, "days": 70}, trap="has no data, but its machine is stopped"
    ),
    "errors": Case(
        has={"namespace": "AWS/ApplicationELB", "state": NO_DATA, "days": 200},
        trap="has no data, but because nothing went wrong",
    ),
    "calls": Case(
        has={"namespace": "AWS/Connect", "state": NO_DATA, "days": 50}, trap="on an instance, but not a machine's"
    ),
    "kept": Case(tags={"keep": "true"}, has={"state": NO_DATA, "days": 80}, trap="its machine is gone, but to be kept"),
    "untold": Case(
        count=2,
        unknowns=(ORPHANED,),
        has={"state": NO_DATA, "days": 60, "where": REFUSED_CELL},
        trap="nobody may ask whether its machine is there",
    ),
}


def add(draw: Draw, estate: Estate) -> None:
    for stand in stands(draw, CASES):
        account, region = stand.case.has.get("where", CELL)
        _alarm(draw, estate, replace(stand, account=account, region=region))


def _alarm(draw: Draw, estate: Estate, stand: Stand) -> None:
    has, arn = stand.case.has, stand.arn("cloudwatch", f"alarm:{stand.label}")
    item = stand.item(draw, kind="alarm", native_id=arn, bill_id=arn, rules=(ORPHANED,))
    since, namespace = draw.ago(has.get("days", 30)), has.get("namespace", "AWS/EC2")
    machine = _machine(estate, stand) if has.get("is_there") else draw.id("i")
    if namespace == "AWS/Connect":
        machine = f"{draw.hex(8)}-0000-4000-8000-{draw.hex(12)}"
    dimension = "LoadBalancer" if namespace == "AWS/ApplicationELB" else "InstanceId"
    item.shape = {
        "AlarmName": item.name,
        "AlarmArn": arn,
        "AlarmDescription": "Northwind's own words",
        "ActionsEnabled": True,
        "AlarmActions": [stand.arn("sns", "on-call")],
        "StateValue": has.get("state", "OK"),
        "StateReason": "Threshold not crossed",
        "StateUpdatedTimestamp": since,
        "StateTransitionedTimestamp": since,
        "MetricName": "StatusCheckFailed",
        "Namespace": namespace,
        "Statistic": "Maximum",
        "Dimensions": [{"Name": dimension, "Value": machine}],
        "Period": 300,
        "EvaluationPeriods": 2,
        "Threshold": 1.0,
        "ComparisonOperator": "GreaterThanOrEqualToThreshold",
    }
    item.charges = [
        meter(draw, item, service=BILLED_AS, name="CW:AlarmMonitorUsage", unit="Alarms", price="0.1", held=Decimal(1))
    ]
    estate.items.append(item)


def _machine(estate: Estate, stand: Stand) -> str:
    """A machine that stands beside it."""
    beside = (one for one in estate.of("instance") if (one.account, one.region) == (stand.account, stand.region))
    return next(one.native_id for one in beside if one.is_in_inventory)


def _listed(asked: Asked) -> dict[str, Any]:
    return {"MetricAlarms": [*(item.shape for item in asked.of("alarm")), *names_and_checks.alarms(asked)]}


def _machines(asked: Asked) -> dict[str, Any]:
    there = [item.native_id for item in asked.of("instance") if item.is_in_inventory]
    return {"InstanceStatuses": [{"InstanceId": native} for native in there]}


ANSWERS = (
    Answered(
        service="cloudwatch",
        operation="DescribeAlarms",
        make=_listed,
        honours=frozenset({"AlarmTypes"}),
        pages=Pages(token="NextToken", limit="MaxRecords", next_token="NextToken", items="MetricAlarms"),  # noqa: S106 - page tokens
    ),
    Answered(
        service="ec2",
        operation="DescribeInstanceStatus",
        make=_machines,
        honours=frozenset({"IncludeAllInstances", "IncludeManagedResources"}),
        largest=1000,
    ),
)

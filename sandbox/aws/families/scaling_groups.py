"""Auto Scaling groups: at work, forgotten with their machines, and those that only seem forgotten."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.aws import charges, names, usage
from sandbox.aws.cases import Case, stands
from sandbox.aws.compute import put
from sandbox.aws.shaped import Answered
from sandbox.aws.usage import MIB, Values

if TYPE_CHECKING:
    from sandbox.aws.cases import Stand
    from sandbox.aws.model import Draw, Estate, Item
    from sandbox.aws.shaped import Asked

IDLE, LARGE = "aws_autoscaling_group_idle", "aws_autoscaling_group_oversized"
RULES = (IDLE, LARGE)
KIND = "m6g.large"
QUIET = {"is_quiet": True}
HALF = {"size": 4, "cpu": (8, 14, 24), "memory": (12, 20, 28)}
CASES = {
    "group_at_work": Case(count=3),
    "group_forgotten": Case(count=3, wastes=(IDLE,), untold=(IDLE,), has=QUIET | {"size": 1}),
    "group_at_work_once": Case(has=QUIET | {"busy": (11,)}, trap="quiet, but for one day of two weeks"),
    "group_talking_once": Case(has=QUIET | {"talking": (6,)}, trap="idle processors, but traffic on one day"),
    "group_days_missing": Case(
        count=2, unknowns=(IDLE,), has=QUIET | {"missing": (4, 8)}, trap="quiet, but days are missing"
    ),
    "group_new": Case(age_days=6, has=QUIET, trap="quiet, but six days old"),
    "group_empty": Case(count=2, has={"size": 0}, trap="forgotten, but without a machine, so that nothing is charged"),
    "group_of_kubernetes": Case(
        has=QUIET, tags={"eks:nodegroup-name": "workers"}, trap="quiet, but Kubernetes scales it"
    ),
    "group_of_beanstalk": Case(
        has=QUIET, tags={"elasticbeanstalk:environment-name": "shop"}, trap="quiet, but Elastic Beanstalk makes it"
    ),
    "group_large": Case(count=3, wastes=(LARGE,), untold=(LARGE,), has=HALF),
    "group_large_unmeasured": Case(
        count=2, unknowns=(LARGE,), has=HALF | {"memory": None}, trap="half would do, but nobody measures its memory"
    ),
    "group_large_in_memory": Case(has=HALF | {"memory": (50, 60, 75)}, trap="idle processors, but a full memory"),
    "group_large_once": Case(has=HALF | {"busy": (19,)}, trap="half would do, but for one day of a month"),
    "group_scaled_out": Case(has=HALF | {"least": 3}, trap="half would do, but its policies have added a machine"),
    "group_kept": Case(has=QUIET, tags={"keep": "yes"}, trap="quiet, but its tag asks to keep it"),
}


def add(draw: Draw, estate: Estate) -> None:
    for stand in stands(draw, CASES):
        _group(draw, estate, stand)


def _group(draw: Draw, estate: Estate, stand: Stand) -> None:
    size = stand.case.has.get("size", 1)
    arn = stand.arn("autoscaling", f"autoScalingGroup:{draw.hex(32)}:autoScalingGroupName/{stand.label}")
    item = stand.item(draw, kind="auto_scaling_group", native_id=stand.label, bill_id=stand.label, rules=RULES)
    machines = [_machine(draw, estate, stand) for _ in range(size)]
    item.shape = {
        "AutoScalingGroupName": stand.label,
        "AutoScalingGroupARN": arn,
        "LaunchTemplate": {"LaunchTemplateId": draw.id("lt"), "LaunchTemplateName": stand.label, "Version": "3"},
        "MinSize": stand.case.has.get("least", size),
        "MaxSize": size + 4,
        "DesiredCapacity": size,
        "DefaultCooldown": 300,
        "AvailabilityZones": [f"{stand.region}a", f"{stand.region}b"],
        "HealthCheckType": "EC2",
        "CreatedTime": stand.created_at,
        "Instances": [
            {
                "InstanceId": one.native_id,
                "InstanceType": KIND,
                "AvailabilityZone": f"{stand.region}a",
                "LifecycleState": "InService",
                "HealthStatus": "Healthy",
                "ProtectedFromScaleIn": False,
            }
            for one in machines
        ],
        "Tags": [
            {
                "ResourceId": stand.label,
                "ResourceType": "auto-scaling-group",
                "Key": key,
                "Value": value,
                "PropagateAtLaunch": True,
            }
            for key, value in item.tags.items()
        ],
    }
    estate.items.append(item)
    if size:
        _measure(draw, estate, item)


def _machine(draw: Draw, estate: Estate, stand: Stand) -> Item:
    """A member: whatever it does, its group is judged in its place."""
    native = draw.id("i")
    item = stand.item(draw, kind="instance", native_id=native, bill_id=native, rules=())
    item.case, item.wastes, item.unknowns, item.trap = f"of_{stand.case_name}", (), (), ""
    item.fines = names.INSTANCE_RULES
    item.tags |= {"aws:autoscaling:groupName": stand.label}
    item.facts |= {
        "type": KIND,
        "state": "running",
        "stopped_at": None,
        "image_id": None,
        "zone": f"{stand.region}a",
    }
    first, last = charges.span(stand.created_at, draw.as_of)
    item.charges = [charges.instance_hours(kind=KIND, region=stand.region, first=first, last=last)]
    estate.items.append(item)
    return item


def _measure(draw: Draw, estate: Estate, item: Item) -> None:
    has, age = CASES[item.case].has, (draw.as_of - item.created_at).days
    busy, talking, missing = (has.get(one, ()) for one in ("busy", "talking", "missing"))
    lowest, highest, peak = has.get("cpu", (12, 40, 70))
    processor: Values = usage.gauge(draw.random, low=lowest, high=highest, peak=peak)
    low, high = 300.0 * MIB, 9_000.0 * MIB
    if has.get("is_quiet"):
        processor = usage.gauge(draw.random, low=0.2, high=1.5, peak=3.4)
        low, high = MIB / 10, MIB
    processor = usage.raised(processor, days_ago=busy, to=44.0, statistics=("Maximum",))
    series = {"CPUUtilization": processor}
    for metric in ("NetworkIn", "NetworkOut"):
        values = usage.counter(draw.random, low=low, high=high)
        series[metric] = usage.raised(values, days_ago=talking, to=70.0 * MIB, statistics=("Sum",))
    if has.get("memory"):
        lowest, highest, peak = has["memory"]
        used = usage.gauge(draw.random, low=lowest, high=highest, peak=peak)
        put(estate, item, ("CWAgent", "mem_used_percent", "AutoScalingGroupName", item.native_id), used)
    for metric, values in series.items():
        known = usage.without(values, lambda ago: ago in missing or ago > age)
        put(estate, item, ("AWS/EC2", metric, "AutoScalingGroupName", item.native_id), known)


def _groups(asked: Asked) -> dict[str, Any]:
    return {"AutoScalingGroups": [item.shape for item in asked.of("auto_scaling_group")]}


ANSWERS = (Answered(service="autoscaling", operation="DescribeAutoScalingGroups", make=_groups, largest=100),)

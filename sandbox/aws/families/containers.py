"""Clusters and services of ECS: at work, waiting for nobody, too large, and those that only seem so."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sandbox.aws import hours, usage
from sandbox.aws.cases import CELLS, Case, Stand, stands
from sandbox.aws.compute import put, put_hours
from sandbox.aws.model import HISTORY_DAYS
from sandbox.aws.names import LAB
from sandbox.aws.shaped import Answered
from sandbox.aws.wire import Refusal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sandbox.aws.model import Draw, Estate, Item
    from sandbox.aws.shaped import Asked

CLUSTER_IDLE = "aws_ecs_cluster_idle"
IDLE, OVERSIZED = "aws_ecs_service_idle", "aws_ecs_service_oversized"
FIXED = "aws_ecs_service_without_autoscaling"
SERVICE_RULES = (IDLE, OVERSIZED, FIXED)
DEAF = (LAB, "ap-southeast-2")  # CloudWatch fails in this one, on purpose
SMALL, LARGE = (256, 512), (1024, 4096)
CONNECT = {
    "serviceConnectConfiguration": {"enabled": True, "namespace": "checkout", "services": [{"portName": "http"}]}
}
LATTICE = {
    "vpcLatticeConfigurations": [
        {
            "roleArn": "arn:aws:iam::1:role/lattice",
            "targetGroupArn": "arn:aws:vpc-lattice:::targetgroup/tg",
            "portName": "http",
        }
    ]
}
CLUSTERS = {
    "apps": Case(count=2, has={"is_measured": True}),
    "plain": Case(count=2, has={}),
    "working": Case(count=2, has={"machines": 4, "tasks": 7, "reserved": (55, 80)}),
    "forgotten": Case(count=3, wastes=(CLUSTER_IDLE,), untold=(CLUSTER_IDLE,), has={"machines": 2}),
    "nightly": Case(has={"machines": 2, "reserved": (10, 20)}, trap="no task runs now, but every night some do"),
    "monthly": Case(has={"machines": 2, "reserved": (10, 20), "only": (24,)}, trap="no task ran, but on one day"),
    "raised_lately": Case(has={"machines": 2, "machine_days": 8}, trap="no task ran yet, on machines of eight days"),
    "outside": Case(has={"machines": 3, "is_outside": True}, trap="machines without a task, none of them AWS'"),
    "stopped": Case(
        unknowns=(CLUSTER_IDLE,),
        has={"machines": 2, "is_stopped": True},
        trap="no task ran, on machines that stand still",
    ),
    "unread": Case(
        count=2, unknowns=(CLUSTER_IDLE,), has={"machines": 2, "is_unread": True}, trap="CloudWatch does not answer"
    ),
}
SERVICES_OF = {
    "busy": Case(count=3, has={"cpu": 75}),
    "unasked": Case(count=3, wastes=(IDLE,), untold=(IDLE,), has={"cpu": 2, "requests": 0}),
    "unasked_worker": Case(unknowns=(IDLE,), has={"cpu": 2, "groups": 0}, trap="quiet, and nothing counts its work"),
    "unasked_directory": Case(
        unknowns=(IDLE,), has={"cpu": 2, "requests": 0, "is_listed": True}, trap="unasked, but others may find it"
    ),
    "unasked_connect": Case(
        unknowns=(IDLE,),
        has={"cpu": 2, "requests": 0, "deployed_with": CONNECT},
        trap="unasked by its load balancer, but others may call it by its name",
    ),
    "unasked_lattice": Case(
        unknowns=(IDLE,),
        has={"cpu": 2, "requests": 0, "deployed_with": LATTICE},
        trap="unasked by its load balancer, but a lattice may lead to it",
    ),
    "unasked_green": Case(
        unknowns=(IDLE,), has={"cpu": 2, "requests": 0, "has_second_group": True}, trap="its second group may be asked"
    ),
    "asked_monthly": Case(has={"cpu": 2, "requests": 0, "asked": (26,)}, trap="unasked, but for one day of the month"),
    "unasked_at_work": Case(has={"cpu": 55, "requests": 0}, trap="nobody asks it anything, but it works"),
    "to_none": Case(has={"desired": 0}, trap="unasked, and scaled to no task"),
    "daemon": Case(has={"launch": "EC2", "cpu": 2, "groups": 0, "scheduling": "DAEMON"}, trap="one on each machine"),
    "unasked_young": Case(age_days=12, has={"cpu": 2, "requests": 0}, trap="unasked, but twelve days old"),
    "roomy": Case(count=4, wastes=(OVERSIZED,), untold=(OVERSIZED,), has={"cpu": 20, "memory": 25, "size": LARGE}),
    "roomy_but_full": Case(has={"cpu": 20, "memory": 90, "size": LARGE}, trap="little CPU, but all of its memory"),
    "roomy_but_once": Case(
        has={"cpu": 20, "memory": 25, "size": LARGE, "peak": (6,)}, trap="too large, but for one busy day"
    ),
    "roomy_on_machines": Case(has={"launch": "EC2", "cpu": 20, "size": LARGE}, trap="too large, but on own machines"),
    "roomy_unmeasured": Case(
        count=2,
        unknowns=(OVERSIZED,),
        has={"cpu": 20, "size": LARGE, "cluster": "plain"},
        trap="too large, and nobody says by how much",
    ),
    "fixed": Case(count=3, wastes=(FIXED,), untold=(FIXED,), has={"desired": 6, "is_at_work": True}),
    "fixed_scaled": Case(has={"desired": 6, "is_at_work": True, "scaling": (2, 12)}, trap="idle at night, but scaled"),
    "fixed_few": Case(has={"desired": 2, "is_at_work": True}, trap="idle at night, but two tasks are hardly too many"),
    "fixed_even": Case(has={"desired": 8, "cpu": 75}, trap="not scaled, but as busy by night as by day"),
    "fixed_unread": Case(
        count=2,
        unknowns=(FIXED,),
        has={"desired": 6, "is_at_work": True, "missing": (4, 5)},
        trap="idle at night, but two days are missing",
    ),
    "roomy_resized": Case(
        unknowns=(OVERSIZED,), has={"cpu": 20, "size": LARGE, "was": (2048, 8192)}, trap="changed its size lately"
    ),
}


def add(draw: Draw, estate: Estate) -> None:
    for stand in stands(draw, CLUSTERS):
        account, region = DEAF if stand.case.has.get("is_unread") else (stand.account, stand.region)
        _cluster(draw, estate, replace(stand, account=account, region=region))
    for stand in stands(draw, SERVICES_OF):
        _service(draw, estate, stand)


def _cluster(draw: Draw, estate: Estate, stand: Stand) -> None:
    has, name = stand.case.has, stand.label
    arn = stand.arn("ecs", f"cluster/{name}")
    item = stand.item(draw, kind="container_cluster", native_id=arn, bill_id=arn, rules=(CLUSTER_IDLE,))
    machines, tasks = has.get("machines", 0), has.get("tasks", 0)
    item.shape = {
        "clusterArn": arn,
        "clusterName": name,
        "status": "ACTIVE",
        "registeredContainerInstancesCount": machines,
        "runningTasksCount": tasks,
        "pendingTasksCount": 0,
        "activeServicesCount": 0,
        "capacityProviders": ["FARGATE"],
    }
    setting = "enabled" if has.get("is_measured") else "disabled"
    item.facts["settings"] = [{"name": "containerInsights", "value": setting}]
    since = draw.ago(has.get("machine_days", 70) + 0.4)
    item.facts["machines"] = [
        {
            "containerInstanceArn": stand.arn("ecs", f"container-instance/{name}/{draw.hex(32)}"),
            "ec2InstanceId": draw.id("mi" if has.get("is_outside") else "i"),
            "status": "ACTIVE",
            "agentConnected": number > 0 or not has.get("is_stopped"),
            "runningTasksCount": tasks // machines,
            "registeredAt": since,
        }
        for number in range(machines)
    ]
    estate.items.append(item)
    if has.get("is_unread"):
        estate.unanswered.add(name)
    if "reserved" in has:
        low, high = has["reserved"]
        values = usage.gauge(draw.random, low=low, high=high, peak=high)
        if "only" in has:
            values = usage.without(values, lambda ago: ago not in has["only"])
        put(estate, item, ("AWS/ECS", "MemoryReservation", "ClusterName", name), values)


def _service(draw: Draw, estate: Estate, stand: Stand) -> None:
    has, name = stand.case.has, stand.label
    place = CELLS.index((stand.account, stand.region)) + 1
    cluster = f"{has.get('cluster', 'apps')}-{place}"
    arn = stand.arn("ecs", f"service/{cluster}/{name}")
    item = stand.item(draw, kind="container_service", native_id=arn, bill_id=arn, rules=SERVICE_RULES)
    group = f"targetgroup/{name}/{draw.hex(16)}"
    desired = has.get("desired", 2)
    other = {"alternateTargetGroupArn": stand.arn("elasticloadbalancing", f"{group}0")}
    second = {"advancedConfiguration": other} if has.get("has_second_group") else {}
    item.shape = {
        "serviceArn": arn,
        "serviceName": name,
        "clusterArn": stand.arn("ecs", f"cluster/{cluster}"),
        "status": "ACTIVE",
        "desiredCount": desired,
        "runningCount": desired,
        "pendingCount": 0,
        "launchType": has.get("launch", "FARGATE"),
        "platformFamily": "Linux",
        "schedulingStrategy": has.get("scheduling", "REPLICA"),
        "deploymentController": {"type": "ECS"},
        "loadBalancers": [
            {"targetGroupArn": stand.arn("elasticloadbalancing", group), "containerName": "app", "containerPort": 8080}
            | second
            for _ in range(has.get("groups", 1))
        ],
        "serviceRegistries": [{"registryArn": stand.arn("servicediscovery", f"service/srv-{name}")}]
        if has.get("is_listed")
        else [],
        "deployments": [
            {
                "id": f"ecs-svc/{draw.hex(10)}",
                "status": "PRIMARY",
                "desiredCount": desired,
                **has.get("deployed_with", {}),
            }
        ],
        "events": [
            {"id": draw.hex(32), "createdAt": item.created_at, "message": "(service) has reached a steady state."}
        ],
        "createdAt": item.created_at,
    }
    item.facts["cluster"] = cluster
    if "scaling" in has:
        least, most = has["scaling"]
        target = {"ServiceNamespace": "ecs", "ResourceId": f"service/{cluster}/{name}", "MinCapacity": least}
        own = {"ScalableDimension": "ecs:service:DesiredCount", "MaxCapacity": most, "CreationTime": item.created_at}
        item.facts["targets"] = [target | own | {"RoleARN": f"arn:aws:iam::{stand.account}:role/scaling"}]
    estate.items.append(item)
    if desired:
        _measure(draw, estate, item, group if has.get("groups", 1) else "", has)


def _measure(draw: Draw, estate: Estate, item: Item, group: str, has: Mapping[str, Any]) -> None:
    """Use by the service, its size where the cluster is measured, and requests by the target group."""
    age = (draw.as_of - item.created_at).days
    own = ("ClusterName", item.facts["cluster"], "ServiceName", item.name)
    series: dict[tuple[str, ...], usage.Values] = {}
    for metric, peak in (("CPUUtilization", has.get("cpu", 50)), ("MemoryUtilization", has.get("memory", 45))):
        values = usage.gauge(draw.random, low=peak / 4, high=peak * 0.7, peak=peak)
        if "peak" in has and metric == "CPUUtilization":
            values = usage.raised(values, days_ago=has["peak"], to=96.0, statistics=("Maximum",))
        series["AWS/ECS", metric, *own] = values
    if item.facts["cluster"].startswith("apps"):
        now = has.get("size", SMALL)
        was = has.get("was", now)
        for metric, at_first, lately in zip(("CpuReserved", "MemoryReserved"), was, now, strict=True):
            values = usage.flat(float(lately))
            if at_first != lately:
                values = usage.raised(values, days_ago=range(8, 46), to=float(at_first), statistics=tuple(values))
            series["ECS/ContainerInsights", metric, *own] = values
    if group:
        asked = has.get("requests", 4_000)
        values = usage.counter(draw.random, low=asked * 0.6, high=asked * 1.4) if asked else usage.flat(0.0)
        if "asked" in has:
            values = usage.raised(values, days_ago=has["asked"], to=3.0, statistics=("Sum",))
        series["AWS/ApplicationELB", "RequestCountPerTarget", "TargetGroup", group] = values
    if has.get("is_at_work"):
        del series["AWS/ECS", "CPUUtilization", *own]
        hourly = hours.at_work(draw.random, draw.as_of, low=40.0, high=65.0)
        missing = has.get("missing", ())
        days_ago = [HISTORY_DAYS - hour // hours.HOURS for hour in range(HISTORY_DAYS * hours.HOURS)]
        known = {
            name: [None if ago in missing else value for ago, value in zip(days_ago, values, strict=True)]
            for name, values in hourly.items()
        }
        put_hours(estate, item, ("AWS/ECS", "CPUUtilization", *own), known)
    for key, values in series.items():
        put(estate, item, key, usage.without(values, lambda ago: ago > age))


def _clusters(asked: Asked) -> dict[str, Any]:
    return {"clusterArns": [item.bill_id for item in asked.of("container_cluster")]}


def _described(asked: Asked) -> dict[str, Any]:
    """Settings only where they are asked for."""
    with_settings = "SETTINGS" in (asked.parameters.get("include") or ())
    found = [item for item in asked.of("container_cluster") if item.bill_id in asked.parameters["clusters"]]
    told = [item.shape | ({"settings": item.facts["settings"]} if with_settings else {}) for item in found]
    return {"clusters": told, "failures": []}


def _named(asked: Asked) -> Item:
    for item in asked.of("container_cluster"):
        if item.bill_id == asked.parameters["cluster"]:
            return item
    raise Refusal("ClusterNotFoundException", "Cluster not found.")


def _services(asked: Asked) -> list[Item]:
    cluster = _named(asked).bill_id
    return [item for item in asked.of("container_service") if item.shape["clusterArn"] == cluster]


def _listed(asked: Asked) -> dict[str, Any]:
    return {"serviceArns": [item.bill_id for item in _services(asked)]}


def _services_described(asked: Asked) -> dict[str, Any]:
    if len(asked.parameters["services"]) > 10:  # noqa: PLR2004 - as AWS has it
        raise Refusal("InvalidParameterException", "Services cannot be more than 10.")
    wanted = set(asked.parameters["services"])
    return {"services": [item.shape for item in _services(asked) if item.bill_id in wanted], "failures": []}


def _machines(asked: Asked) -> dict[str, Any]:
    return {"containerInstanceArns": [one["containerInstanceArn"] for one in _named(asked).facts["machines"]]}


def _machines_described(asked: Asked) -> dict[str, Any]:
    wanted = set(asked.parameters["containerInstances"])
    found = [one for one in _named(asked).facts["machines"] if one["containerInstanceArn"] in wanted]
    return {"containerInstances": found, "failures": []}


def _case(estate: Estate, case: str) -> Item:
    return next(item for item in estate.of("container_cluster") if item.case == case)


CLUSTER = frozenset({"cluster"})
ANSWERS = (
    Answered(service="ecs", operation="ListClusters", make=_clusters),
    Answered(
        service="ecs",
        operation="DescribeClusters",
        make=_described,
        honours=frozenset({"clusters", "include"}),
        tried_with=lambda estate: {"clusters": [_case(estate, "apps").bill_id], "include": ["SETTINGS"]},
    ),
    Answered(
        service="ecs",
        operation="ListServices",
        make=_listed,
        honours=CLUSTER,
        tried_with=lambda estate: {"cluster": _case(estate, "apps").bill_id},
    ),
    Answered(
        service="ecs",
        operation="DescribeServices",
        make=_services_described,
        honours=CLUSTER | {"services"},
        tried_with=lambda estate: {
            "cluster": _case(estate, "apps").bill_id,
            "services": [item.bill_id for item in estate.of("container_service")][:2],
        },
    ),
    Answered(
        service="ecs",
        operation="ListContainerInstances",
        make=_machines,
        honours=CLUSTER,
        tried_with=lambda estate: {"cluster": _case(estate, "working").bill_id},
    ),
    Answered(
        service="ecs",
        operation="DescribeContainerInstances",
        make=_machines_described,
        honours=CLUSTER | {"containerInstances"},
        tried_with=lambda estate: {
            "cluster": _case(estate, "working").bill_id,
            "containerInstances": [one["containerInstanceArn"] for one in _case(estate, "working").facts["machines"]],
        },
    ),
)

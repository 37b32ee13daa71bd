"""ECS: clusters with their machines, and services. No task and no task definition is read, nor what tells of either."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

from connections.provider import Call, Collector, MetricPlace
from connections.providers.aws.scaling import DESCRIBE_TARGETS, targets
from connections.providers.aws.tagging import GET_RESOURCES, tags_by_arn
from connections.providers.aws.target_groups import DESCRIBE_TARGET_GROUPS, counting_requests
from connections.resources.containers import ContainerCluster, ContainerService

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from connections.providers.aws.reader import Listing, Reader
    from connections.resources import Thing

NOBODYS = "costframe-none"
GONE = frozenset({"ClusterNotFoundException"})
OF_DEPLOYMENTS = (
    *("id", "status", "taskDefinition", "desiredCount", "pendingCount", "runningCount", "failedTasks", "createdAt"),
    *("updatedAt", "capacityProviderStrategy", "launchType", "platformVersion", "platformFamily"),
    *("networkConfiguration", "rolloutState", "rolloutStateReason", "serviceConnectResources", "volumeConfigurations"),
    "fargateEphemeralStorage",
)
# Of these, and of a second group, no more than that they are there is told.
CONNECT, LATTICE = "services.deployments.serviceConnectConfiguration", "services.deployments.vpcLatticeConfigurations"
OF_CONNECT = ("namespace", "services", "logConfiguration", "accessLogConfiguration", "containerConfigurations")
OF_LATTICE = ("roleArn", "targetGroupArn", "portName", "advancedConfiguration")
OF_SECOND_GROUPS = ("alternateTargetGroupArn", "productionListenerRule", "testListenerRule", "roleArn")
LIST_CLUSTERS = Call(
    service="ecs",
    operation="ListClusters",
    action="ecs:ListClusters",
    why="Lists clusters of containers.",
    cheapest={"maxResults": 1},
)
DESCRIBE_CLUSTERS = Call(
    service="ecs",
    operation="DescribeClusters",
    action="ecs:DescribeClusters",
    why="Tells how many tasks, services and machines a cluster has.",
    cheapest={"clusters": [NOBODYS]},
    withheld=("clusters.attachments", "clusters.configuration", "clusters.serviceConnectDefaults"),
)
LIST_SERVICES = Call(
    service="ecs",
    operation="ListServices",
    action="ecs:ListServices",
    why="Lists the services of a cluster.",
    cheapest={"cluster": NOBODYS, "maxResults": 1},
    answers_cheapest=GONE,
    absent=GONE,
)
DESCRIBE_SERVICES = Call(
    service="ecs",
    operation="DescribeServices",
    action="ecs:DescribeServices",
    why="Tells how many tasks a service keeps running, and which load balancers lead to it.",
    cheapest={"cluster": NOBODYS, "services": [NOBODYS]},
    answers_cheapest=GONE,
    absent=GONE,
    withheld=(
        *(f"services.deployments.{name}" for name in OF_DEPLOYMENTS),
        *(f"{CONNECT}.{name}" for name in OF_CONNECT),
        *(f"{LATTICE}.{name}" for name in OF_LATTICE),
        "services.events",
        *(f"services.loadBalancers.advancedConfiguration.{name}" for name in OF_SECOND_GROUPS),
        "services.networkConfiguration",
        "services.deploymentConfiguration",
        "services.taskDefinition",
        "services.taskSets",
    ),
)
LIST_MACHINES = Call(
    service="ecs",
    operation="ListContainerInstances",
    action="ecs:ListContainerInstances",
    why="Lists the machines that are registered with a cluster.",
    cheapest={"cluster": NOBODYS, "maxResults": 1},
    answers_cheapest=GONE,
    absent=GONE,
)
DESCRIBE_MACHINES = Call(
    service="ecs",
    operation="DescribeContainerInstances",
    action="ecs:DescribeContainerInstances",
    why="Tells since when a cluster has its machines, and which of them are EC2's.",
    cheapest={"cluster": NOBODYS, "containerInstances": [NOBODYS]},
    answers_cheapest=GONE,
    absent=GONE,
    withheld=("containerInstances.attachments", "containerInstances.attributes", "containerInstances.statusReason"),
)
KINDS = (ContainerCluster.KIND, ContainerService.KIND)
CLUSTERS_A_CALL, SERVICES_A_CALL, MACHINES_A_CALL = 100, 10, 100
FARGATE = frozenset({"FARGATE", "FARGATE_SPOT"})
TASKS = "ecs:service:DesiredCount"
INSIGHTS, BALANCERS = "ECS/ContainerInsights", "AWS/ApplicationELB"


@dataclass(frozen=True, kw_only=True)
class _Cluster:
    thing: ContainerCluster
    is_measured: bool
    has_machines: bool


def collect(reader: Reader) -> Iterator[Thing]:
    """Every cluster of one region with its services. More is asked for only where there is a cluster."""
    arns: Listing[str] = reader.listing(LIST_CLUSTERS, result="clusterArns", row=str, kinds=KINDS, page_size=100)
    if not arns.rows:
        return
    tags = tags_by_arn(reader, "ecs:cluster", "ecs:service")
    described = (
        reader.listing(
            DESCRIBE_CLUSTERS,
            result="clusters",
            row=lambda item: _cluster(reader, item),
            kinds=KINDS,
            clusters=list(some),
            include=["SETTINGS"],
        ).rows
        for some in _cut(arns.rows, CLUSTERS_A_CALL)
    )
    clusters = [cluster for rows in described for cluster in rows]
    for found in reader.together(*(partial(_with_machines, reader, cluster) for cluster in clusters)):
        yield replace(found, tags=tags.get(found.resource_id, {}))
    services = [
        one for found in reader.together(*(partial(_services, reader, one) for one in clusters)) for one in found
    ]
    if not services:
        return
    scaled = targets(reader, namespace="ecs")
    bounds = dict(scaled.rows)
    counting = counting_requests(reader) if any(service.target_groups for service in services) else frozenset()
    for service in services:
        name = (f"service/{service.cluster_name}/{service.name}", TASKS)
        scaling = bounds.get(name, () if scaled.is_complete else None)
        counts = bool(service.target_groups) and set(service.target_groups) <= counting
        own = tags.get(service.resource_id, {})
        yield replace(service, tags=own, scaling=scaling, counts_requests=counts)


def _cut(rows: Sequence[str], most: int) -> Iterator[Sequence[str]]:
    yield from (rows[start : start + most] for start in range(0, len(rows), most))


def _cluster(reader: Reader, item: dict[str, Any]) -> _Cluster:
    settings = {one.get("name"): one.get("value") for one in item.get("settings", ())}
    thing = ContainerCluster(
        resource_id=item["clusterArn"],
        account_id=reader.account_id,
        region=reader.region,
        observed_at=reader.at,
        name=item["clusterName"],
        state=item.get("status", ""),
        running_tasks=item.get("runningTasksCount", 0) + item.get("pendingTasksCount", 0),
        service_count=item.get("activeServicesCount", 0),
    )
    is_measured = settings.get("containerInsights") in {"enabled", "enhanced"}
    return _Cluster(
        thing=thing, is_measured=is_measured, has_machines=bool(item.get("registeredContainerInstancesCount"))
    )


def _with_machines(reader: Reader, cluster: _Cluster) -> ContainerCluster:
    thing = cluster.thing
    if not cluster.has_machines:
        return replace(thing, machine_count=0)
    if thing.running_tasks:
        return thing  # what they work for is there, however many they are
    arns: Listing[str] = reader.listing(
        LIST_MACHINES, result="containerInstanceArns", row=str, page_size=100, cluster=thing.resource_id
    )
    if not arns.is_complete:
        return thing
    machines: list[tuple[datetime, bool]] = []
    for some in _cut(arns.rows, MACHINES_A_CALL):
        found = reader.listing(
            DESCRIBE_MACHINES,
            result="containerInstances",
            row=_registered,
            cluster=thing.resource_id,
            containerInstances=list(some),
        )
        if not found.is_complete:
            return thing
        machines.extend(found.rows)
    if not all(is_connected for _, is_connected in machines):
        return thing  # a machine that is stopped stays registered, and is charged for its disks alone
    since = min((moment for moment, _ in machines), default=None)
    return replace(thing, machine_count=len(machines), machines_since_at=since)


def _registered(item: dict[str, Any]) -> tuple[datetime, bool] | None:
    """When a machine of EC2's came, and whether ECS hears of it; one that stands outside is none."""
    is_ec2 = item.get("ec2InstanceId", "").startswith("i-")
    return (item["registeredAt"], bool(item.get("agentConnected"))) if is_ec2 else None


def _is_called_past_its_groups(item: dict[str, Any]) -> bool:
    """Whether another group, Service Connect or VPC Lattice may lead to a service beside its own target groups."""
    deployments = item.get("deployments", ())
    return (
        any("advancedConfiguration" in one for one in item.get("loadBalancers", ()))
        or any(one.get("serviceConnectConfiguration", {}).get("enabled") for one in deployments)
        or any(one.get("vpcLatticeConfigurations") for one in deployments)
    )


def _services(reader: Reader, cluster: _Cluster) -> list[ContainerService]:
    arn, kinds = cluster.thing.resource_id, (ContainerService.KIND,)
    arns: Listing[str] = reader.listing(
        LIST_SERVICES, result="serviceArns", row=str, kinds=kinds, page_size=100, cluster=arn
    )
    found = (
        reader.listing(
            DESCRIBE_SERVICES,
            result="services",
            row=lambda item: _service(reader, cluster, item),
            kinds=kinds,
            cluster=arn,
            services=list(some),
        ).rows
        for some in _cut(arns.rows, SERVICES_A_CALL)
    )
    return [service for rows in found for service in rows]


def _service(reader: Reader, cluster: _Cluster, item: dict[str, Any]) -> ContainerService:
    balancers = item.get("loadBalancers", ())
    controller = item.get("deploymentController", {}).get("type", "ECS")
    launch = item.get("launchType", "")
    providers = {one["capacityProvider"] for one in item.get("capacityProviderStrategy", ())}
    if providers and providers <= FARGATE:
        launch = "FARGATE"
    if item.get("platformFamily", "").upper().startswith("WINDOWS"):
        launch += "_WINDOWS"
    return ContainerService(
        resource_id=item["serviceArn"],
        account_id=reader.account_id,
        region=reader.region,
        observed_at=reader.at,
        name=item["serviceName"],
        created_at=item.get("createdAt"),
        state=item.get("status", ""),
        cluster_name=cluster.thing.name,
        launch=launch,
        scheduling=item.get("schedulingStrategy", "REPLICA"),
        desired_count=item.get("desiredCount", 0),
        running_count=item.get("runningCount", 0),
        target_groups=tuple(sorted({one["targetGroupArn"] for one in balancers if one.get("targetGroupArn")})),
        is_reached_otherwise=bool(item.get("serviceRegistries"))
        or controller != "ECS"
        or _is_called_past_its_groups(item)
        or any(one.get("loadBalancerName") for one in balancers),
        is_measured=cluster.is_measured,
    )


def _place_of_cluster(cluster: ContainerCluster) -> MetricPlace:
    return MetricPlace(namespace="AWS/ECS", dimensions=(("ClusterName", cluster.name),))


def _place_of_service(service: ContainerService) -> MetricPlace:
    """Requests are told of a target group, which is called by the end of its ARN."""
    own = (("ClusterName", service.cluster_name), ("ServiceName", service.name))
    elsewhere: dict[str, tuple[tuple[str, str], ...]] = {INSIGHTS: own} if service.is_measured else {}
    if len(service.target_groups) == 1:
        elsewhere[BALANCERS] = (("TargetGroup", service.target_groups[0].rpartition(":")[2]),)
    return MetricPlace(namespace="AWS/ECS", dimensions=own, elsewhere=elsewhere)


COLLECTOR = Collector(
    service="ecs",
    needs={
        ContainerCluster: (LIST_CLUSTERS, DESCRIBE_CLUSTERS, LIST_MACHINES, DESCRIBE_MACHINES),
        ContainerService: (
            *(LIST_CLUSTERS, DESCRIBE_CLUSTERS, LIST_SERVICES, DESCRIBE_SERVICES),
            *(DESCRIBE_TARGETS, DESCRIBE_TARGET_GROUPS),
        ),
    },
    calls=(
        *(LIST_CLUSTERS, DESCRIBE_CLUSTERS, LIST_SERVICES, DESCRIBE_SERVICES, LIST_MACHINES, DESCRIBE_MACHINES),
        *(DESCRIBE_TARGETS, DESCRIBE_TARGET_GROUPS, GET_RESOURCES),
    ),
    collect=collect,
    places={ContainerCluster: _place_of_cluster, ContainerService: _place_of_service},
    # A cluster of machines is charged as EC2's.
    billed_as=("Amazon EC2 Container Service", "Amazon Elastic Container Service", "Amazon Elastic Compute Cloud"),
)

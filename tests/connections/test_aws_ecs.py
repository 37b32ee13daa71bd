"""Clusters of ECS with their machines and services, and where their usage is kept."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from connections.providers.aws import inventory
from connections.providers.aws.collectors.ecs import COLLECTOR, _Cluster, _service
from connections.providers.aws.target_groups import arn_where_counted
from connections.resources.containers import ContainerCluster, ContainerService
from findings.service_usage import PEAK_CPU, REQUESTS, TASK_CPU
from sandbox.aws import names
from tests.connections.aws import session

AT = dt.datetime(2026, 11, 20, 12, tzinfo=dt.UTC)


def collect(cloud):
    opened = session(cloud, account=names.SHOP, service="ecs")
    return inventory.collect(session=opened, service="ecs", region="us-east-1", at=AT)


def of(collected, kind):
    return {thing.name: thing for thing in collected.resources if isinstance(thing, kind)}


def test_a_cluster_knows_its_machines_of_ec2_and_a_service_how_it_is_reached(calm_cloud):
    collected = collect(calm_cloud)
    clusters, services = of(collected, ContainerCluster), of(collected, ContainerService)
    assert (clusters["working-1"].machine_count, clusters["working-1"].running_tasks) == (None, 7)
    assert (clusters["forgotten-1"].machine_count, clusters["forgotten-1"].service_count) == (2, 0)
    assert clusters["forgotten-1"].machines_since_at is not None
    assert (clusters["outside-1"].machine_count, clusters["outside-1"].machines_since_at) == (0, None)
    assert clusters["apps-1"].machine_count == 0
    assert (clusters["stopped-1"].machine_count, clusters["stopped-1"].machines_since_at) == (None, None)
    unasked = services["unasked-1"]
    assert (unasked.cluster_name, unasked.launch, unasked.is_measured) == ("apps-1", "FARGATE", True)
    assert len(unasked.target_groups) == 1
    assert (services["unasked-directory-1"].is_reached_otherwise, unasked.is_reached_otherwise) == (True, False)
    past = [services[f"unasked-{name}-1"] for name in ("connect", "lattice", "green")]
    assert [service.is_reached_otherwise for service in past] == [True, True, True]
    assert "checkout" not in repr(past)
    assert (services["roomy-unmeasured-1"].is_measured, services["daemon-1"].scheduling) == (False, "DAEMON")
    assert (services["fixed-scaled-1"].scaling, services["fixed-1"].scaling) == ((2, 12), ())
    assert all(thing.tags["Name"] == thing.name for thing in collected.resources)


def test_usage_is_kept_by_cluster_and_service_and_requests_by_the_end_of_the_target_groups_arn(calm_cloud):
    services = of(collect(calm_cloud), ContainerService)
    place = COLLECTOR.places[ContainerService]
    own = (("ClusterName", "apps-1"), ("ServiceName", "unasked-1"))
    unasked = services["unasked-1"]
    assert place(unasked).of(PEAK_CPU) == ("AWS/ECS", own)
    assert place(unasked).of(TASK_CPU) == ("ECS/ContainerInsights", own)
    namespace, [(name, value)] = place(unasked).of(REQUESTS)
    assert (namespace, name) == ("AWS/ApplicationELB", "TargetGroup")
    assert value.startswith("targetgroup/unasked-1/")
    assert place(services["unasked-worker-1"]).of(REQUESTS) is None
    assert place(replace(unasked, target_groups=unasked.target_groups * 2)).of(REQUESTS) is None
    assert place(services["roomy-unmeasured-1"]).of(TASK_CPU) is None


@pytest.mark.parametrize(
    ("operation", "kinds"),
    [
        ("ListServices", ("container_service",)),
        ("DescribeServices", ("container_service",)),
        ("ListContainerInstances", ()),
        ("DescribeContainerInstances", ()),
    ],
)
def test_what_may_not_be_read_is_a_gap_and_leaves_machines_unknown(calm_cloud, operation, kinds):
    calm_cloud.fault("deny", operation=operation, count=None)
    collected = collect(calm_cloud)
    assert [(gap.action, gap.kinds) for gap in collected.gaps] == [(f"ecs:{operation}", kinds)]
    assert bool(of(collected, ContainerService)) is not bool(kinds)
    known = of(collected, ContainerCluster)["forgotten-1"].machine_count
    assert known == (2 if kinds else None)


def test_scaling_that_may_not_be_read_is_unknown_of_every_service(calm_cloud):
    calm_cloud.fault("deny", operation="DescribeScalableTargets", count=None)
    collected = collect(calm_cloud)
    assert {service.scaling for service in of(collected, ContainerService).values()} == {None}
    assert [gap.action for gap in collected.gaps] == ["application-autoscaling:DescribeScalableTargets"]


@pytest.mark.parametrize(
    ("told", "is_counted"),
    [
        ({"Protocol": "HTTP", "LoadBalancerArns": ["b"]}, True),
        ({"Protocol": "HTTPS", "LoadBalancerArns": ["b"]}, True),
        ({"Protocol": "TCP", "LoadBalancerArns": ["b"]}, False),
        ({"Protocol": "HTTP", "LoadBalancerArns": []}, False),
        ({"LoadBalancerArns": ["b"]}, False),
    ],
)
def test_requests_are_counted_of_groups_behind_a_balancer_of_requests(told, is_counted):
    assert arn_where_counted({"TargetGroupArn": "g", **told}) == ("g" if is_counted else None)


class Reading:
    account_id, region, at = names.SHOP, "us-east-1", AT


@pytest.mark.parametrize(
    ("told", "launch", "is_reached_otherwise"),
    [
        ({"launchType": "EC2"}, "EC2", False),
        ({"launchType": "FARGATE", "platformFamily": "WINDOWS_SERVER_2022_CORE"}, "FARGATE_WINDOWS", False),
        ({"capacityProviderStrategy": [{"capacityProvider": "FARGATE_SPOT"}]}, "FARGATE", False),
        (
            {"capacityProviderStrategy": [{"capacityProvider": "FARGATE"}, {"capacityProvider": "own"}]},
            "",
            False,
        ),
        ({"launchType": "FARGATE", "deploymentController": {"type": "CODE_DEPLOY"}}, "FARGATE", True),
        ({"launchType": "EC2", "loadBalancers": [{"loadBalancerName": "classic"}]}, "EC2", True),
        ({"launchType": "EC2", "loadBalancers": [{"advancedConfiguration": {}}]}, "EC2", True),
        ({"launchType": "EC2", "loadBalancers": [{"targetGroupArn": "g"}], "deployments": [{}]}, "EC2", False),
        ({"launchType": "EC2", "deployments": [{"serviceConnectConfiguration": {"enabled": False}}]}, "EC2", False),
        ({"launchType": "EC2", "deployments": [{}, {"serviceConnectConfiguration": {"enabled": True}}]}, "EC2", True),
        ({"launchType": "EC2", "deployments": [{"vpcLatticeConfigurations": [{}]}]}, "EC2", True),
    ],
)
def test_where_its_tasks_run_and_what_else_may_lead_to_them(told, launch, is_reached_otherwise):
    cluster = ContainerCluster(
        resource_id="c", account_id="", region="", observed_at=AT, name="c", state="ACTIVE", running_tasks=0
    )
    named = _Cluster(thing=cluster, is_measured=False, has_machines=False)
    found = _service(Reading(), named, {"serviceArn": "s", "serviceName": "s", **told})
    assert (found.launch, found.is_reached_otherwise) == (launch, is_reached_otherwise)

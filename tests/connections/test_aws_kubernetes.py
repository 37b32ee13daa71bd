"""Kubernetes clusters, joined with how AWS supports their versions."""

from __future__ import annotations

import datetime as dt

import pytest

from connections.providers.aws import inventory
from connections.resources.kubernetes import KubernetesCluster, NodeGroup
from sandbox.aws import names
from tests.connections.aws import session

AT = dt.datetime(2026, 11, 20, 12, tzinfo=dt.UTC)


def collect(cloud):
    opened = session(cloud, account=names.SHOP, service="eks")
    return inventory.collect(session=opened, service="eks", region="us-east-1", at=AT)


def of(collected, kind):
    return {thing.name: thing for thing in collected.resources if isinstance(thing, kind)}


def support(collected):
    return {name: cluster.version_support for name, cluster in of(collected, KubernetesCluster).items()}


def test_a_cluster_knows_how_its_version_is_supported_and_what_happens_then(calm_cloud):
    collected = collect(calm_cloud)
    told = support(collected)
    assert told["extended-1"] == told["upgraded-by-aws-1"] == "EXTENDED_SUPPORT"
    assert (told["supported-1"], told["not-listed-1"]) == ("STANDARD_SUPPORT", None)
    policies = {name: cluster.upgrade_policy for name, cluster in of(collected, KubernetesCluster).items()}
    assert (policies["extended-1"], policies["upgraded-by-aws-1"]) == ("EXTENDED", "STANDARD")
    assert all(cluster.tags["Name"] == cluster.name for cluster in collected.resources)


def test_without_the_list_of_versions_nothing_is_known_of_them(calm_cloud):
    calm_cloud.fault("deny", service="eks", operation="DescribeClusterVersions", count=None)
    collected = collect(calm_cloud)
    assert set(support(collected).values()) == {None}
    assert [(gap.action, gap.kinds) for gap in collected.gaps] == [("eks:DescribeClusterVersions", ())]


def test_a_cluster_that_may_not_be_described_is_missing_and_a_gap_says_so(calm_cloud):
    calm_cloud.fault("deny", service="eks", operation="DescribeCluster", count=1)
    collected = collect(calm_cloud)
    assert [(gap.action, gap.kinds) for gap in collected.gaps] == [("eks:DescribeCluster", ("kubernetes_cluster",))]
    assert len(collected.resources) == len(collect(calm_cloud).resources) - 1


def test_a_group_of_machines_knows_its_types_and_what_its_image_is_for(calm_cloud):
    groups = of(collect(calm_cloud), NodeGroup)
    found = groups["x86-1"]
    assert (found.cluster_name, found.capacity, found.desired_count) == ("supported-1", "ON_DEMAND", 3)
    assert (found.image_type, found.instance_types) == ("AL2023_x86_64_STANDARD", ("m5.large", "m5a.large"))
    assert (groups["templated-1"].image_type, groups["templated-1"].instance_types) == ("CUSTOM", ())
    assert all(group.tags["Name"] == name for name, group in groups.items())


@pytest.mark.parametrize("operation", ["ListNodegroups", "DescribeNodegroup"])
def test_a_group_that_may_not_be_read_is_missing_and_a_gap_says_so(calm_cloud, operation):
    calm_cloud.fault("deny", service="eks", operation=operation, count=None)
    collected = collect(calm_cloud)
    assert of(collected, NodeGroup) == {}
    assert of(collected, KubernetesCluster)
    assert [(gap.action, gap.kinds) for gap in collected.gaps] == [(f"eks:{operation}", ("node_group",))]

"""Instances of DocumentDB and Neptune, each with its cluster, out of an API that they share with RDS."""

from __future__ import annotations

import datetime as dt

import pytest

from connections.providers.aws import inventory
from connections.resources import Database
from sandbox.aws import names
from tests.connections.aws import session

AT = dt.datetime(2026, 11, 20, 12, tzinfo=dt.UTC)
EACH = pytest.mark.parametrize("service", ["docdb", "neptune"])


def collect(cloud, service, region="us-east-1"):
    opened = session(cloud, account=names.SHOP, service=service)
    return inventory.collect(session=opened, service=service, region=region, at=AT)


@EACH
def test_an_instance_knows_its_cluster_and_no_other_service_has_it(calm_cloud, service):
    found = {one.name: one for one in collect(calm_cloud, service).resources}
    assert {one.SERVICE for one in found.values()} == {service}
    assert not found.keys() & {one.name for one in collect(calm_cloud, "rds").resources if isinstance(one, Database)}
    one = found[f"forgotten-{service}-2"]
    assert (one.cluster_id, one.cluster_state, one.member_count) == (f"forgotten-{service}", "available", 3)
    assert one.cluster_created_at
    assert found[f"of-the-world-{service}-1"].global_cluster == "catalogue"
    assert found[f"of-the-world-{service}-1"].copied_to == ("arn:aws:rds:eu-west-1:111122223333:cluster:of-the-world",)
    assert one.copied_to == ()
    assert found[f"kept-{service}-1"].tags["keep"] == "true"
    assert found[f"kept-{service}-1"].tags["Name"] == f"kept-{service}-1"


@EACH
def test_without_the_clusters_nothing_is_known_of_them(calm_cloud, service):
    calm_cloud.fault("deny", service="rds", operation="DescribeDBClusters", count=None)
    collected = collect(calm_cloud, service)
    assert {(one.cluster_state, one.member_count) for one in collected.resources} == {(None, 0)}
    assert [gap.action for gap in collected.gaps] == ["rds:DescribeDBClusters"]


@EACH
def test_where_rds_takes_the_engine_for_a_wrong_name_there_is_none_and_that_is_no_gap(calm_cloud, service):
    collected = collect(calm_cloud, service, region="eu-north-1")
    assert (collected.resources, collected.gaps) == ((), ())

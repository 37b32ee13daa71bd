"""What stands in DynamoDB: tables, with the bounds within which they are scaled."""

from __future__ import annotations

import datetime as dt

import pytest

from connections.providers.aws import inventory
from connections.providers.aws.collectors import dynamodb
from sandbox.aws import names
from sandbox.aws.families.dynamodb import REFUSED_CELL
from tests.connections.aws import session

AT = dt.datetime(2026, 11, 20, 12, tzinfo=dt.UTC)
REPLICAS = {f"unused-replica-of-2017-{number}" for number in (1, 2, 3)}


def collect(cloud, *, account=names.SHOP, region="us-east-1"):
    opened = session(cloud, account=account, service="dynamodb")
    return inventory.collect(session=opened, service="dynamodb", region=region, at=AT)


def named(collected):
    return {table.name: table for table in collected.resources}


def test_a_table_tells_how_it_is_paid_what_is_kept_and_where_else_it_stands(cloud):
    tables = named(collect(cloud))
    busy = tables["busy-1"]
    assert (busy.billing_mode, busy.read_units, busy.write_units) == ("PROVISIONED", 200, 100)
    assert (busy.size_gib, busy.table_class, busy.state) == (3.0, "STANDARD", "ACTIVE")
    assert busy.tags["team"] in {"search", "data"}
    assert tables["by-request-1"].billing_mode == "PAY_PER_REQUEST"
    assert tables["unused-with-index-1"].index_names == ("by-day",)
    assert tables["unused-replica-1"].replica_regions == ("eu-west-1",)
    assert tables["quiet-rarely-read-1"].table_class == "STANDARD_INFREQUENT_ACCESS"


def test_a_replica_of_the_version_of_2017_is_known_by_the_list_of_those_alone(calm_cloud):
    calm_cloud.set_page_size(1)
    tables = named(collect(calm_cloud))
    followed = {name: one.replica_regions for name, one in tables.items() if one.has_full_stream}
    assert followed == dict.fromkeys(REPLICAS, ("eu-west-1",)) | {"unused-with-stream-1": ()}


def test_of_what_may_be_such_a_replica_it_is_not_known_where_nobody_may_ask(calm_cloud):
    calm_cloud.fault("deny", service="dynamodb", operation="ListGlobalTables", count=None)
    collected = collect(calm_cloud)
    unknown = {name for name, one in named(collected).items() if one.replica_regions is None}
    assert unknown == REPLICAS | {"unused-with-stream-1"}
    assert [(gap.action, gap.kinds) for gap in collected.gaps] == [("dynamodb:ListGlobalTables", ())]


def test_a_table_tells_the_bounds_of_its_scaling_or_that_it_has_none(cloud):
    tables = named(collect(cloud))
    assert (tables["fixed-1"].read_scaling, tables["fixed-1"].write_scaling) == ((100, 100), (100, 100))
    assert tables["scaled-1"].read_scaling == (50, 4000)
    assert (tables["busy-1"].read_scaling, tables["busy-1"].write_scaling) == ((), ())


def test_bounds_that_nobody_may_read_are_not_known(cloud):
    account, region = REFUSED_CELL
    collected = collect(cloud, account=account, region=region)
    assert [gap.action for gap in collected.gaps] == ["application-autoscaling:DescribeScalableTargets"]
    assert {(one.read_scaling, one.write_scaling) for one in collected.resources} == {(None, None)}


@pytest.mark.parametrize(
    ("call", "kinds"), [(dynamodb.LIST_TABLES, ("table",)), (dynamodb.DESCRIBE_TABLE, ("table",)), (dynamodb.LIST_TAGS, ())]
)  # fmt: skip
def test_a_refused_call_is_one_gap(calm_cloud, call, kinds):
    calm_cloud.fault("deny", service="dynamodb", operation=call.operation, count=None)
    collected = collect(calm_cloud)
    assert [(gap.action, gap.kinds) for gap in collected.gaps] == [(call.action, kinds)]
    assert bool(collected.resources) == (call is dynamodb.LIST_TAGS)


def test_a_region_without_tables_is_asked_for_nothing_more(calm_cloud):
    before = len(calm_cloud.calls())
    assert collect(calm_cloud, region="eu-west-1").resources == ()
    asked = {call["operation"] for call in calm_cloud.calls(since=before)}
    assert "DescribeScalableTargets" not in asked

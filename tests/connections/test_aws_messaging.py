"""Search domains, streams and brokers, with the places where their usage is kept."""

from __future__ import annotations

import dataclasses
import datetime as dt

import pytest

from connections.providers.aws import inventory
from connections.resources.messaging import Broker
from sandbox.aws import names
from tests.connections.aws import session

AT = dt.datetime(2026, 11, 20, 12, tzinfo=dt.UTC)


def collect(cloud, service):
    opened = session(cloud, account=names.SHOP, service=service)
    return inventory.collect(session=opened, service=service, region="us-east-1", at=AT)


def test_more_domains_than_one_call_takes_are_all_described(calm_cloud):
    listed = {thing.name: thing for thing in collect(calm_cloud, "opensearch").resources}
    assert len(listed) > 5
    assert listed["being-changed-1"].state == "Modifying"
    assert listed["forgotten-1"].state == "Active"
    place = inventory.place_of(listed["forgotten-1"])
    assert place.dimensions == (("DomainName", "forgotten-1"), ("ClientId", names.SHOP))


def test_domains_that_may_not_be_described_are_missing_and_a_gap_says_so(calm_cloud):
    calm_cloud.fault("deny", service="opensearch", operation="DescribeDomains", count=None)
    collected = collect(calm_cloud, "opensearch")
    assert collected.resources == ()
    assert [(gap.action, gap.kinds) for gap in collected.gaps] == [("es:DescribeDomains", ("search_domain",))]


@pytest.mark.parametrize(
    ("engine", "deployment", "kept_under"),
    [
        ("RABBITMQ", "SINGLE_INSTANCE", "orders"),
        ("RABBITMQ", "CLUSTER_MULTI_AZ", "orders"),
        ("ACTIVEMQ", "SINGLE_INSTANCE", "orders-1"),
        ("ACTIVEMQ", "ACTIVE_STANDBY_MULTI_AZ", None),
    ],
)
def test_a_brokers_usage_is_kept_under_its_name_or_its_instances(engine, deployment, kept_under):
    broker = Broker(
        resource_id="arn:aws:mq:us-east-1:1:broker:orders:b-1", account_id="1", region="us-east-1", observed_at=AT,
        name="orders", state="RUNNING", engine=engine, deployment=deployment, instance_type="mq.m5.large",
    )  # fmt: skip
    place = inventory.place_of(broker)
    assert (place and place.dimensions) == (kept_under and (("Broker", kept_under),))


@pytest.mark.parametrize("service", ["opensearch", "kinesis", "mq"])
def test_tags_that_cannot_be_read_are_a_gap_and_lose_nothing_else(calm_cloud, service):
    whole = collect(calm_cloud, service)
    assert whole.resources
    assert all(thing.tags["Name"] == thing.name for thing in whole.resources)
    calm_cloud.fault("deny", operation="GetResources", count=None)
    without = collect(calm_cloud, service)
    assert [gap.action for gap in without.gaps] == ["tag:GetResources"]
    assert without.resources == tuple(dataclasses.replace(thing, tags={}) for thing in whole.resources)

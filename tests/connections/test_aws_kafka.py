"""Kafka clusters, their brokers, and where the usage of these is kept."""

from __future__ import annotations

import datetime as dt

import pytest

from connections.providers.aws import inventory
from connections.resources.kafka import KafkaCluster
from sandbox.aws import names
from tests.connections.aws import session

AT = dt.datetime(2026, 11, 20, 12, tzinfo=dt.UTC)


def collect(cloud):
    opened = session(cloud, account=names.SHOP, service="kafka")
    return inventory.collect(session=opened, service="kafka", region="us-east-1", at=AT)


def test_a_cluster_comes_with_its_size_and_the_numbers_of_its_brokers(calm_cloud):
    found = {one.name: one for one in collect(calm_cloud).resources}
    own = found["kafka-old-1"]
    assert (own.cluster_type, own.state, own.kafka_version) == ("PROVISIONED", "ACTIVE", "3.7.x")
    assert (own.instance_type, own.broker_count, own.broker_ids) == ("kafka.m5.large", 3, ("1", "2", "5"))
    assert (own.volume_gib, own.storage_mode, own.monitoring) == (100, "LOCAL", "DEFAULT")
    assert own.tags["Name"] == "kafka-old-1"
    assert found["kafka-version-untold-1"].kafka_version == ""
    serverless = found["kafka-serverless-1"]
    assert (serverless.cluster_type, serverless.instance_type, serverless.broker_ids) == ("SERVERLESS", "", None)


def test_brokers_that_could_not_be_listed_are_not_known_and_a_gap_says_so(calm_cloud):
    calm_cloud.fault("deny", service="kafka", operation="ListNodes", count=None)
    collected = collect(calm_cloud)
    assert {one.broker_ids for one in collected.resources} == {None}
    assert [(gap.action, gap.reason) for gap in collected.gaps] == [("kafka:ListNodes", "REFUSED")]


@pytest.mark.parametrize(("numbers", "kept_under"), [(("1", "5"), ["1", "5"]), ((), None), (None, None)])
def test_the_usage_of_a_cluster_is_kept_by_the_number_of_each_broker(numbers, kept_under):
    cluster = KafkaCluster(
        resource_id="arn:aws:kafka:us-east-1:1:cluster/orders/1-7", account_id="1", region="us-east-1",
        observed_at=AT, name="orders", state="ACTIVE", cluster_type="PROVISIONED", broker_ids=numbers,
    )  # fmt: skip
    place = inventory.place_of(cluster)
    parts = place and [place.dimensions, *place.further]
    assert parts == (kept_under and [(("Cluster Name", "orders"), ("Broker ID", one)) for one in kept_under])
    assert place is None or place.namespace == "AWS/Kafka"

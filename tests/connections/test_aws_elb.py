"""What is read of Classic Load Balancers: what is registered, what they listen to, and their tags by the twenty."""

from __future__ import annotations

import datetime as dt

from connections.providers.aws import inventory
from connections.resources.classic_balancers import ClassicLoadBalancer
from sandbox.aws import names
from tests.connections.aws import session

AT = dt.datetime(2026, 11, 20, 12, tzinfo=dt.UTC)


def collect(cloud):
    opened = session(cloud, service="elb")
    return inventory.collect(session=opened, service="elb", region="us-east-1", at=AT)


def test_classic_load_balancers_are_read_apart_from_those_of_the_second_generation(calm_cloud):
    found = {one.name: one for one in collect(calm_cloud).resources}
    assert {type(one) for one in found.values()} == {ClassicLoadBalancer}
    assert (found["classic-empty-1"].instance_count, found["classic-busy-1"].instance_count) == (0, 2)
    assert (found["classic-busy-1"].protocols, found["classic-of-connections-1"].protocols) == (("HTTP",), ("TCP",))
    own = f"arn:aws:elasticloadbalancing:us-east-1:{names.SHOP}:loadbalancer/classic-busy-1"
    assert found["classic-busy-1"].resource_id == own
    assert len(found) > 20
    assert all(one.tags["Name"] == one.name for one in found.values()), "more than one call for tags brings them"
    place = inventory.place_of(found["classic-busy-1"])
    assert (place.namespace, place.dimensions) == ("AWS/ELB", (("LoadBalancerName", "classic-busy-1"),))


def test_without_their_tags_they_are_read_all_the_same_and_a_gap_says_so(calm_cloud):
    whole = collect(calm_cloud).resources
    calm_cloud.fault("deny", service="elb", operation="DescribeTags", count=None)
    found = collect(calm_cloud)
    assert len(found.resources) == len(whole)
    assert {len(one.tags) for one in found.resources} == {0}
    assert [(gap.action, gap.reason, gap.kinds) for gap in found.gaps] == [
        ("elasticloadbalancing:DescribeTags", "REFUSED", ())
    ]

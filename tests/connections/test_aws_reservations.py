"""Reservations as the collector makes them of AWS' answers, service by service, and what a refusal becomes."""

from __future__ import annotations

import dataclasses
import datetime as dt

import pytest

from connections.providers.aws.collectors import reservations
from connections.providers.aws.collectors.reservations import WAYS, _takes_over
from connections.resources.commitments import Reservation
from sandbox.aws import names
from tests.connections.test_aws_inventory import AT, collect, of

ONE = Reservation(
    resource_id="arn:one", account_id="1", region="us-east-1", observed_at=AT, of_service="rds", listed_by="x",
    state="active", item_type="db.m5.large", count=2, platform="postgresql", ends_at=AT + dt.timedelta(days=20),
)  # fmt: skip
NEXT = dataclasses.replace(ONE, resource_id="arn:two", state="queued", begins_at=AT + dt.timedelta(days=20))


def test_those_of_every_service_are_told_alike(calm_cloud):
    found = of(collect(calm_cloud, service="reservations"), Reservation).values()
    assert {one.of_service for one in found} == {way.call.service for way in WAYS}
    assert all(one.count and one.item_type and one.begins_at and one.payment_option for one in found)
    assert {one.of_service for one in found if not one.platform} == {"redshift", "memorydb", "opensearch"}
    assert {one.state for one in found} == {"active", "retired", "queued"}
    ends = {one.of_service: one.ends_at for one in found if one.ends_at is not None}
    assert set(ends) == {way.call.service for way in WAYS}
    assert all(end.tzinfo is not None for end in ends.values())
    (endless,) = [one for one in found if one.ends_at is None]
    assert endless.state == "active"


def test_machines_are_named_as_the_bill_names_them(calm_cloud):
    found = of(collect(calm_cloud, service="reservations"), Reservation)
    prefix = f"arn:aws:ec2:us-east-1:{names.SHOP}:reserved-instances/"
    assert all(name.startswith(prefix) == (one.of_service == "ec2") for name, one in found.items())


def test_one_says_how_many_are_bought_to_take_over(calm_cloud):
    found = of(collect(calm_cloud, service="reservations"), Reservation).values()
    assert {one.item_type: one.followed_count for one in found if one.followed_count} == {"g3.4xlarge": 1}


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.call.service)
def test_a_refused_call_is_a_gap_over_reservations_and_the_other_services_are_told(calm_cloud, way):
    calm_cloud.fault("deny", service=way.call.service, operation=way.call.operation, count=None)
    collected = collect(calm_cloud, service="reservations")
    (gap,) = collected.gaps
    assert (gap.action, gap.kinds) == (way.call.action, ("reservation",))
    told = {one.of_service for one in of(collected, Reservation).values()}
    assert told == {one.call.service for one in WAYS} - {way.call.service}


def test_a_service_that_a_region_lacks_is_not_asked_there(calm_cloud, monkeypatch):
    monkeypatch.setattr(
        reservations, "may_have", lambda service, region: (service, region) != ("memorydb", "us-east-1")
    )
    collected = collect(calm_cloud, service="reservations")
    assert collected.gaps == ()
    assert "memorydb" not in {one.of_service for one in of(collected, Reservation).values()}


@pytest.mark.parametrize(
    ("changed", "takes_over"),
    [
        ({}, True),
        ({"state": "active"}, True),
        ({"begins_at": AT + dt.timedelta(days=26)}, True),
        ({"begins_at": AT + dt.timedelta(days=28)}, False),
        ({"begins_at": AT + dt.timedelta(days=12)}, False),
        ({"begins_at": None}, False),
        ({"state": "retired"}, False),
        ({"item_type": "db.m5.xlarge"}, False),
        ({"platform": "mysql"}, False),
        ({"is_multi_az": True}, False),
        ({"of_service": "memorydb"}, False),
        ({"resource_id": "arn:one"}, False),
    ],
)
def test_only_one_of_the_same_kind_that_begins_about_its_end_takes_over(changed, takes_over):
    assert _takes_over(dataclasses.replace(NEXT, **changed), ONE) is takes_over


def test_nothing_takes_over_from_one_without_an_end():
    assert not _takes_over(NEXT, dataclasses.replace(ONE, ends_at=None))

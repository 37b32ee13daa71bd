"""Data warehouses, each with its schedules and whether its data is shared."""

from __future__ import annotations

import datetime as dt

import pytest

from connections.providers.aws import inventory
from sandbox.aws import names
from tests.connections.aws import session

AT = dt.datetime(2026, 11, 20, 12, tzinfo=dt.UTC)


def collect(cloud):
    opened = session(cloud, account=names.SHOP, service="redshift")
    return inventory.collect(session=opened, service="redshift", region="us-east-1", at=AT)


def test_a_cluster_knows_its_schedules_that_are_on_and_whether_anybody_reads_its_data(calm_cloud):
    found = {one.name: one for one in collect(calm_cloud).resources}
    assert found["nine-to-five-scheduled-1"].schedules == ("pause", "resume")
    assert found["nine-to-five-1"].schedules == ()
    assert found["lender-1"].is_shared is True
    assert found["unvisited-1"].is_shared is False
    assert (found["nine-to-five-twice-1"].is_multi_az, found["busy-1"].is_multi_az) == (True, False)
    assert found["resting-1"].state == "paused"


@pytest.mark.parametrize(
    ("operation", "field"), [("DescribeScheduledActions", "schedules"), ("DescribeDataShares", "is_shared")]
)
def test_what_cannot_be_read_is_not_known_and_a_gap(calm_cloud, operation, field):
    calm_cloud.fault("deny", service="redshift", operation=operation, count=None)
    collected = collect(calm_cloud)
    assert {getattr(one, field) for one in collected.resources} == {None}
    assert [gap.action for gap in collected.gaps] == [f"redshift:{operation}"]

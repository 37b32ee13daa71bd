"""Log groups, with whether logs of other accounts are copied to where they stand."""

import datetime as dt

from connections.providers.aws import inventory
from sandbox.aws import names
from tests.connections.aws import session

AT = dt.datetime(2026, 11, 20, 12, tzinfo=dt.UTC)


def collect(cloud, *, account=names.SHOP, region="us-east-1"):
    opened = session(cloud, account=account, region=region, service="logs")
    return inventory.collect(session=opened, service="logs", region=region, at=AT)


def copies(collected):
    return {group.gets_copies for group in collected.resources}


def test_copies_are_known_by_account_and_region(calm_cloud):
    assert copies(collect(calm_cloud)) == {False}
    assert copies(collect(calm_cloud, account=names.LAB, region="ap-southeast-2")) == {True}


def test_without_the_list_of_metrics_copies_are_not_known_and_a_gap_says_so(calm_cloud):
    calm_cloud.fault("deny", service="cloudwatch", operation="ListMetrics", count=None)
    collected = collect(calm_cloud)
    assert copies(collected) == {None}
    assert [(gap.action, gap.kinds) for gap in collected.gaps] == [("cloudwatch:ListMetrics", ())]


def test_a_group_knows_whether_a_policy_of_its_account_sets_its_retention(calm_cloud):
    found = {group.name: group for group in collect(calm_cloud).resources}
    assert {name for name, group in found.items() if group.by_policy} == {"/northwind/kept-by-policy-1"}

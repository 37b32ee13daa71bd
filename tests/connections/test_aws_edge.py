"""Names, health checks, distributions and links: what stands on them, and what a refusal leaves open."""

from __future__ import annotations

import pytest

from connections.resources.dns import HealthCheck
from connections.resources.edge import Distribution
from sandbox.aws import names
from tests.connections.test_aws_inventory import collect, of


def checks(collected):
    return {check.name: check.used_by for check in of(collected, HealthCheck).values()}


def test_a_health_check_knows_what_stands_on_it(calm_cloud):
    found = checks(collect(calm_cloud, service="route53"))
    assert found["check-of-record-1"]
    assert all(user.startswith("a record of zone-filled-") for user in found["check-of-record-1"])
    assert found["check-of-alarm-1"] == found["check-of-sum-1"] == ("an alarm",)
    assert found["check-of-check-1"] == ("another health check",)
    assert found["check-of-shield-1"] == ("a protection of Shield Advanced",)
    assert found["check-unused-1"] == ()


def test_without_a_subscription_there_is_no_protection_and_no_gap(calm_cloud):
    collected = collect(calm_cloud, service="route53", account=names.LAB)
    assert collected.gaps == ()
    assert checks(collected)["check-unused-2"] == ()


@pytest.mark.parametrize(
    "operation", ["ListResourceRecordSets", "DescribeAlarms", "ListProtections", "ListHostedZones"]
)
def test_where_one_of_the_users_cannot_be_read_no_check_is_known_to_be_unused(calm_cloud, operation):
    calm_cloud.fault("deny", operation=operation, count=None)
    collected = collect(calm_cloud, service="route53")
    assert {check.used_by for check in of(collected, HealthCheck).values()} == {None}
    assert [gap.action.partition(":")[2] for gap in collected.gaps] == [operation]


def test_a_distribution_knows_which_others_its_addresses_are_paid_with(calm_cloud):
    found = of(collect(calm_cloud, service="cloudfront"), Distribution).values()
    together = {one.name: len(one.shared_with) for one in found if one.name.startswith("by-address")}
    assert {name: count for name, count in together.items() if "together" in name} == {
        f"by-address-together-{number}": 2 for number in (1, 2, 3)
    }
    assert {count for name, count in together.items() if "together" not in name} == {0}
    assert {one.has_own_certificate for one in found if one.name.startswith("by-default")} == {False}


def test_without_the_list_of_metrics_no_vpn_connection_is_known(calm_cloud):
    assert collect(calm_cloud, service="vpn").resources
    calm_cloud.fault("deny", service="cloudwatch", operation="ListMetrics", count=None)
    collected = collect(calm_cloud, service="vpn")
    assert collected.resources == ()
    assert [(gap.action, gap.kinds) for gap in collected.gaps] == [("cloudwatch:ListMetrics", ("vpn_connection",))]

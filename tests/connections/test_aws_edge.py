"""Names, health checks, distributions and links: what stands on them, and what a refusal leaves open."""

from __future__ import annotations

from dataclasses import replace

import pytest

from connections.provider import MetricPlace
from connections.providers.aws.collectors import network_firewall, network_interfaces
from connections.providers.aws.metrics import summed
from connections.providers.aws.reader import Listing
from connections.resources import Metric
from connections.resources.addresses import HeldAddress
from connections.resources.dns import HealthCheck
from connections.resources.edge import Distribution
from connections.resources.firewalls import Firewall
from connections.resources.links import DirectConnection
from sandbox.aws import names
from sandbox.aws.families.held_addresses import CASES
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
    found = checks(collected)
    assert () not in found.values()
    assert found["check-unused-1"] is None
    assert found["check-of-check-1"] == ("another health check",)
    assert [gap.action.partition(":")[2] for gap in collected.gaps] == [operation]


def test_a_distribution_knows_which_others_its_addresses_are_paid_with(calm_cloud):
    found = of(collect(calm_cloud, service="cloudfront"), Distribution).values()
    beside = {one.name: len(one.shared_with) for one in found}
    assert {beside[f"by-address-together-{number}"] for number in (1, 2, 3)} == {2}
    assert (beside["by-address-1"], beside["by-address-off-1"], beside["by-name-1"]) == (0, 3, 0)
    assert {one.has_own_certificate for one in found if one.name.startswith("by-default")} == {False}


def test_without_the_list_of_metrics_no_vpn_connection_is_known(calm_cloud):
    assert collect(calm_cloud, service="vpn").resources
    calm_cloud.fault("deny", service="cloudwatch", operation="ListMetrics", count=None)
    collected = collect(calm_cloud, service="vpn")
    assert collected.resources == ()
    assert [(gap.action, gap.kinds) for gap in collected.gaps] == [("cloudwatch:ListMetrics", ("vpn_connection",))]


def test_a_held_address_has_its_own_tags_beside_those_of_its_interface(calm_cloud):
    found = of(collect(calm_cloud, service="network-interfaces"), HeldAddress).values()
    assert [one.tags["keep"] for one in found if "keep" in one.tags] == ["failover"]
    one = replace(next(iter(found)), tags={"Name": "eni", "team": "network"})
    assert network_interfaces.with_own(one, {}).tags == one.tags
    own = [{"Key": "Name", "Value": "shop"}, {"Key": "keep", "Value": "yes"}]
    both = network_interfaces.with_own(one, {"Tags": own})
    assert (both.name, both.tags) == ("shop", {"Name": "shop", "team": "network", "keep": "yes"})


def test_a_held_address_knows_the_range_of_its_owners_or_that_nobody_said_it(calm_cloud):
    known = of(collect(calm_cloud, service="network-interfaces"), HeldAddress).values()
    assert [(one.public_ip, one.pool) for one in known if one.pool != ""] == [
        (
            next(one.public_ip for one in known if one.name == "interface-of-own-range-1"),
            CASES["interface_of_own_range"].has["pool"],
        )
    ]
    calm_cloud.fault("deny", service="ec2", operation="DescribeAddresses", count=None)
    collected = collect(calm_cloud, service="network-interfaces")
    assert {one.pool for one in of(collected, HeldAddress).values()} == {None}
    assert ("ec2:DescribeAddresses", ("held_address",)) in {(gap.action, gap.kinds) for gap in collected.gaps}


def test_a_firewall_knows_its_zones_its_age_and_whether_a_route_leads_to_it(calm_cloud):
    found = {one.name: one for one in of(collect(calm_cloud, service="network-firewall"), Firewall).values()}
    told = {name: one.is_routed for name, one in found.items()}
    assert (told["guarding-1"], told["without-route-1"]) == (True, False)
    assert (told["silent-on-transit-1"], told["silent-shared-1"]) == (None, None)
    assert {name for name, one in found.items() if one.has_associations} == {"silent-associated-1"}
    assert {name for name, one in found.items() if one.is_proxy} == {"proxy-1"}
    assert {one.zones for one in found.values()} == {("us-east-1a", "us-east-1b")}
    assert {one.created_at is None for one in found.values()} == {False}


@pytest.mark.parametrize("operation", ["DescribeRouteTables", "DescribeVpcEndpoints", "DescribeFirewall"])
def test_what_is_not_read_of_a_firewall_is_not_known(calm_cloud, operation):
    calm_cloud.fault("deny", operation=operation, count=None)
    found = of(collect(calm_cloud, service="network-firewall"), Firewall).values()
    left = {"DescribeRouteTables": "is_routed", "DescribeVpcEndpoints": "created_at", "DescribeFirewall": "zones"}
    assert {getattr(one, left[operation]) for one in found} == {None}


def test_a_firewall_that_another_account_shares_is_listed_and_not_described_and_is_none_of_the_account_s(calm_cloud):
    collected = collect(calm_cloud, service="network-firewall")
    owners = {arn.split(":")[4] for arn in of(collected, Firewall)}
    assert (owners, collected.gaps) == ({names.SHOP}, ())


def test_a_firewall_that_was_deleted_since_it_was_listed_is_none_and_no_gap(calm_cloud, monkeypatch):
    read = network_firewall._described

    def too_late(reader, arn):
        return read(reader, arn.replace("/guarding-1", "/deleted-1"))

    before = of(collect(calm_cloud, service="network-firewall"), Firewall)
    monkeypatch.setattr(network_firewall, "_described", too_late)
    collected = collect(calm_cloud, service="network-firewall")
    gone = before.keys() - of(collected, Firewall).keys()
    assert ([before[one].name for one in gone], collected.gaps) == (["guarding-1"], ())


MAIN = {"VpcId": "vpc-1", "Associations": [{"Main": True}], "Routes": [{"GatewayId": "local"}]}
LEADS = MAIN | {"Routes": [{"DestinationCidrBlock": "0.0.0.0/0", "GatewayId": "vpce-1"}]}


@pytest.mark.parametrize(
    ("tables", "is_complete", "said", "is_routed"),
    [
        ([MAIN], True, {}, False),
        ([LEADS], True, {}, True),
        ([MAIN, LEADS | {"VpcId": "vpc-2"}], True, {}, True),
        ([MAIN], False, {}, None),
        ([MAIN | {"VpcId": "vpc-2"}], True, {}, None),
        ([MAIN | {"Associations": [{"Main": False}]}], True, {}, None),
        ([MAIN], True, {"TransitGatewayId": "tgw-1"}, None),
        ([MAIN], True, {"NumberOfAssociations": 1}, None),
        ([MAIN], True, {"NumberOfAssociations": 0}, False),
    ],
)
def test_that_no_route_leads_to_a_firewall_is_known_where_every_way_to_it_was_read(
    tables, is_complete, said, is_routed
):
    listed = Listing(rows=tuple(tables), is_complete=is_complete)
    assert network_firewall._is_routed({"VpcId": "vpc-1", **said}, {"vpce-1"}, listed) is is_routed


@pytest.mark.parametrize(
    ("parts", "total"),
    [
        ([3.0], 3.0),
        ([None], None),
        ([3.0, 4.0], 7.0),
        ([0.0, 0.0], 0.0),
        ([0.0, 4.0], 4.0),
        ([None, 4.0], 4.0),
        ([None, 0.0], None),
        ([None, None], None),
    ],
)
def test_what_parts_come_to_is_known_where_all_are_or_where_there_is_any(parts, total):
    assert summed(parts) == total


def test_a_place_of_several_parts_names_each_of_them():
    one, other = (("Zone", "a"),), (("Zone", "b"),)
    place = MetricPlace(namespace="AWS/X", dimensions=one, further=(other,), elsewhere={"CWAgent": one})
    packets = Metric(name="Packets", statistic="Sum", unit="packets")
    assert place.all_of(packets) == (("AWS/X", one), ("AWS/X", other))
    assert place.all_of(replace(packets, namespace="CWAgent")) == (("CWAgent", one),)
    assert place.all_of(replace(packets, namespace="Other")) == ()


def test_a_port_that_was_deleted_is_none_and_one_that_another_account_pays_for_says_so(calm_cloud):
    found = {one.name: one for one in of(collect(calm_cloud, service="directconnect"), DirectConnection).values()}
    assert "port-down-1" in found
    assert "port-deleted-1" not in found
    assert found["port-of-partner-1"].owner_id == "444455556666"
    assert found["port-down-of-group-1"].group_id == "dxlag-fg5678gh"

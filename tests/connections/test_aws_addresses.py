"""Public addresses of interfaces: which are read, and whether the routes of their subnets lead to the Internet."""

from __future__ import annotations

import pytest

from connections.providers.aws.collectors import network_interfaces
from connections.providers.aws.internet_routes import leads_out, route_table
from connections.providers.aws.reader import Listing
from connections.resources.addresses import GivenAddress, HeldAddress
from sandbox.aws import names
from tests.connections.test_aws_inventory import collect, of, reader

ANY, ANY_6 = {"DestinationCidrBlock": "0.0.0.0/0"}, {"DestinationIpv6CidrBlock": "::/0"}
LISTED, ONE = {"DestinationPrefixListId": "pl-1"}, {"DestinationCidrBlock": "203.0.113.7/32"}
LOCAL = {"DestinationCidrBlock": "10.0.0.0/16", "GatewayId": "local", "Origin": "CreateRouteTable", "State": "active"}
TO_S3 = LISTED | {"GatewayId": "vpce-s3"}


def table(*routes, subnet="subnet-1", vpc_id="vpc-1"):
    joined = {"SubnetId": subnet} if subnet else {"Main": True}
    return route_table({"VpcId": vpc_id, "Associations": [joined], "Routes": [LOCAL, *routes]})


def led(*tables, is_complete=True, endpoints=("vpce-s3",), are_endpoints_read=True, subnet="subnet-1"):
    return leads_out(
        subnet_id=subnet,
        vpc_id="vpc-1",
        tables=Listing(rows=tables, is_complete=is_complete),
        gateway_endpoints=Listing(rows=endpoints, is_complete=are_endpoints_read),
    )


@pytest.mark.parametrize(
    ("routes", "is_led"),
    [
        ([], False),
        ([ANY | {"GatewayId": "igw-1"}], True),
        ([ONE | {"GatewayId": "igw-1"}], True),
        ([LISTED | {"GatewayId": "igw-1"}], True),
        ([ANY | {"GatewayId": "igw-1", "State": "blackhole"}], True),
        ([ANY_6 | {"GatewayId": "igw-1"}], False),
        ([ANY_6 | {"EgressOnlyInternetGatewayId": "eigw-1"}], False),
        ([ANY | {"NatGatewayId": "nat-1", "State": "active", "Origin": "CreateRoute"}], False),
        ([ANY | {"TransitGatewayId": "tgw-1"}], False),
        ([ANY | {"CoreNetworkArn": "arn:aws:networkmanager::1:core-network/core-network-1"}], False),
        ([ONE | {"VpcPeeringConnectionId": "pcx-1"}], False),
        ([ONE | {"GatewayId": "vgw-1", "Origin": "EnableVgwRoutePropagation"}], False),
        ([ANY | {"CarrierGatewayId": "cagw-1"}], False),
        ([TO_S3], False),
        ([TO_S3, ANY | {"GatewayId": "vpce-firewall"}], True),
        ([LISTED | {"GatewayId": "vpce-firewall"}], True),
        ([ANY | {"NetworkInterfaceId": "eni-1"}], True),
        ([ANY | {"InstanceId": "i-1", "InstanceOwnerId": "1", "NetworkInterfaceId": "eni-1"}], True),
        ([ANY | {"AThingOfLaterYears": "x-1"}], True),
    ],
)
def test_routes_lead_out_where_they_end_at_an_internet_gateway_or_may_do_so(routes, is_led):
    assert led(table(*routes)) is is_led


@pytest.mark.parametrize(
    ("tables", "is_led"),
    [
        ([table(subnet=None), table(ANY | {"GatewayId": "igw-1"})], True),
        ([table(ANY | {"GatewayId": "igw-1"}, subnet=None), table()], False),
        ([table(ANY | {"GatewayId": "igw-1"}, subnet=None)], True),
        ([table(subnet=None), table(ANY | {"GatewayId": "igw-1"}, subnet="subnet-2")], False),
        ([table(ANY | {"GatewayId": "igw-1"}, subnet=None, vpc_id="vpc-2"), table(subnet=None)], False),
        ([table(subnet=None, vpc_id="vpc-2")], None),
        ([table(subnet="subnet-2")], None),
        ([], None),
    ],
)
def test_a_subnet_without_a_table_of_its_own_has_its_vpcs_main_one(tables, is_led):
    assert led(*tables) is is_led


def test_what_was_not_read_whole_is_not_known():
    assert led(table(), is_complete=False) is None
    assert led(table(), subnet="") is None
    assert led(table(TO_S3), endpoints=(), are_endpoints_read=False) is None
    assert led(table(), endpoints=(), are_endpoints_read=False) is False
    assert led(table(TO_S3, ANY | {"GatewayId": "igw-1"}), endpoints=(), are_endpoints_read=False) is True


def addresses(cloud):
    return of(collect(cloud, service="network-interfaces"), GivenAddress).values()


@pytest.mark.parametrize(("operation", "is_all_lost"), [("DescribeRouteTables", True), ("DescribeVpcEndpoints", False)])
def test_without_routes_or_endpoints_it_is_not_known_where_those_lead(calm_cloud, operation, is_all_lost):
    known = {one.name: one.is_routed for one in addresses(calm_cloud)}
    calm_cloud.fault("deny", service="ec2", operation=operation, count=None)
    now = {one.name: one.is_routed for one in addresses(calm_cloud)}
    lost = {name for name in known if now[name] is None and known[name] is not None}
    everyone = {name for name in known if known[name] is not None}
    assert lost == (everyone if is_all_lost else {"address-behind-nat-1", "address-behind-firewall-1"})


def interface(**association):
    attached = {"AttachTime": None, "InstanceId": "i-1"}
    return {"NetworkInterfaceId": "eni-1", "Attachment": attached, "VpcId": "vpc-1", "Association": association}


@pytest.mark.parametrize(
    ("association", "kind"),
    [
        ({"AllocationId": "eipalloc-1", "IpOwnerId": names.SHOP}, HeldAddress),
        ({"AllocationId": "eipalloc-1", "IpOwnerId": "999988887777"}, None),
        ({"IpOwnerId": "amazon"}, GivenAddress),
        ({"IpOwnerId": "amazon-elb"}, GivenAddress),
        ({"IpOwnerId": names.SHOP}, None),
        ({}, None),
    ],
)
def test_elastic_ips_of_the_account_and_addresses_of_aws_are_read_and_no_others(calm_cloud, association, kind):
    found = network_interfaces._address(reader(calm_cloud), interface(**association))
    assert type(found) is (kind or type(None))


@pytest.mark.parametrize("changed", [{"RequesterManaged": True}, {"Operator": {"Managed": True}}])
def test_what_a_service_keeps_or_runs_is_its_own(calm_cloud, changed):
    own = network_interfaces._address(reader(calm_cloud), interface(IpOwnerId="amazon"))
    kept = network_interfaces._address(reader(calm_cloud), interface(IpOwnerId="amazon") | changed)
    assert (own.is_requester_managed, kept.is_requester_managed) == (False, True)


def test_no_routes_are_asked_for_where_no_machine_was_given_an_address(calm_cloud):
    asks = reader(calm_cloud)
    calm_cloud.fault("deny", service="ec2", operation="DescribeRouteTables", count=None)
    kept = network_interfaces._address(asks, interface(IpOwnerId="amazon") | {"RequesterManaged": True})
    assert list(network_interfaces._given(asks, [("vpc-1", kept)])) == [kept]
    assert asks.gaps == ()

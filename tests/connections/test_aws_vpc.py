"""What the network's collector joins: gateways with their zones and routes, endpoints with the ways into their VPC."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from types import SimpleNamespace

import pytest

from connections.providers.aws import inventory
from connections.providers.aws.collectors import vpc
from connections.providers.aws.reader import Listing
from connections.resources import NatGateway
from connections.resources.endpoints import TransitAttachment, VpcEndpoint
from sandbox.aws import names
from tests.connections.aws import session

AT = dt.datetime(2026, 11, 20, 12, tzinfo=dt.UTC)
MADE = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
BASE = {"account_id": "1", "region": "eu-west-1", "observed_at": AT}
READER = SimpleNamespace(account_id="1", region="eu-west-1", at=AT)


@pytest.fixture
def collect(calm_cloud):
    def collected(*, account=names.SHOP, region="us-east-1"):
        opened = session(calm_cloud, account=account, service="vpc")
        found = inventory.collect(session=opened, service="vpc", region=region, at=AT)
        return {thing.name: thing for thing in found.resources}

    return collected


def test_a_gateway_knows_its_zone_its_routes_and_who_stands_beside_it(collect):
    found = collect()
    elder, younger = found["nat-pair-in-one-zone-1a1"], found["nat-pair-in-one-zone-1a2"]
    assert elder.zone == younger.zone == "us-east-1a"
    assert elder.zone_gateway_ids == younger.zone_gateway_ids == (elder.resource_id, younger.resource_id)
    assert elder.zone_routed_ids == younger.zone_routed_ids == elder.zone_gateway_ids
    one, other = found["nat-one-for-each-zone-1a1"], found["nat-one-for-each-zone-1b2"]
    assert (one.zone_gateway_ids, other.zone_gateway_ids) == ((one.resource_id,), (other.resource_id,))
    assert one.vpc_zones == other.vpc_zones == ("us-east-1a", "us-east-1b")
    assert len(other.route_table_ids) == 1


@pytest.mark.parametrize(
    ("refused", "known"),
    [
        ("DescribeSubnets", {"zone": None, "zone_gateway_ids": None, "zone_routed_ids": None, "vpc_zones": None}),
        ("DescribeRouteTables", {"route_table_ids": None, "zone_routed_ids": None}),
    ],
)
def test_what_could_not_be_read_is_not_known_of_any_gateway(collect, calm_cloud, refused, known):
    calm_cloud.fault("deny", service="ec2", operation=refused, count=None)
    gateways = [one for one in collect().values() if isinstance(one, NatGateway)]
    assert gateways
    for name, value in known.items():
        assert {getattr(gateway, name) for gateway in gateways} == {value}


@pytest.mark.parametrize(
    ("told", "has_proxy"),
    [
        ({}, False),
        ({"AttachedAppliances": []}, False),
        ({"AttachedAppliances": [{"Type": "network-firewall-proxy", "AttachmentState": "attached"}]}, True),
        ({"AttachedAppliances": [{"Type": "network-firewall-proxy", "AttachmentState": "detaching"}]}, True),
        ({"AttachedAppliances": [{"Type": "network-firewall-proxy", "AttachmentState": "detached"}]}, False),
    ],
)
def test_a_gateway_knows_whether_a_proxy_sends_through_it(told, has_proxy):
    found, *_ = vpc._gateway(READER, {"NatGatewayId": "nat-1", "State": "available"} | told)
    assert found.has_proxy is has_proxy


def gateway(identifier, *, zone="a", created_at=MADE, **more):
    given = {"state": "available", "vpc_id": "vpc-1", **BASE, **more}
    return NatGateway(resource_id=identifier, zone=zone, created_at=created_at, **given)


NEW = MADE + dt.timedelta(days=9)


@pytest.mark.parametrize(
    ("others", "beside", "zones"),
    [
        ([], ("nat-5",), ("a",)),
        ([gateway("nat-1", created_at=NEW)], ("nat-5", "nat-1"), ("a",)),
        ([gateway("nat-9"), gateway("nat-1")], ("nat-1", "nat-5", "nat-9"), ("a",)),
        ([gateway("nat-1", zone="b")], ("nat-5",), ("a", "b")),
        ([gateway("nat-1", vpc_id="vpc-2")], ("nat-5",), ("a",)),
        ([gateway("nat-1", connectivity="private")], ("nat-5",), ("a",)),
        ([gateway("nat-1", state="deleting")], ("nat-5",), ("a",)),
        ([gateway("nat-1", state="pending")], ("nat-5",), ("a",)),
        ([gateway("nat-1", is_regional=True, zone=None)], ("nat-5",), ("a",)),
        ([gateway("nat-1", zone=None)], None, None),
        ([gateway("nat-1", created_at=None)], None, None),
        ([gateway("nat-1", zone=None, vpc_id="vpc-2")], ("nat-5",), ("a",)),
    ],
)
def test_only_available_gateways_of_one_vpc_and_connectivity_stand_beside_each_other(others, beside, zones):
    own = gateway("nat-5")
    found = vpc._beside_others(own, [own, *others])
    assert (found.zone_gateway_ids, found.vpc_zones) == (beside, zones)


@pytest.mark.parametrize(
    ("tables", "others_tables", "routed"),
    [
        (("rtb-1",), ("rtb-2", "rtb-3"), ("nat-1", "nat-5")),
        (("rtb-1",), (), ("nat-5",)),
        ((), ("rtb-2",), ("nat-1",)),
        ((), (), ()),
        (None, None, None),
    ],
)
def test_a_gateway_knows_which_of_its_zone_a_route_table_leads_to(tables, others_tables, routed):
    own, other = gateway("nat-5", route_table_ids=tables), gateway("nat-1", route_table_ids=others_tables)
    elsewhere = gateway("nat-2", zone="b", route_table_ids=("rtb-9",))
    assert vpc._beside_others(own, [own, other, elsewhere]).zone_routed_ids == routed


def test_a_regional_gateway_stands_in_no_zone():
    own = gateway("nat-5", is_regional=True, zone=None)
    assert vpc._beside_others(own, [own, gateway("nat-1")]) == own


def table(*routes, main=True, vpc_id="vpc-1", **more):
    return vpc._table(
        {"RouteTableId": "rtb-1", "VpcId": vpc_id, "Routes": routes, "Associations": [{"Main": main}], **more}
    )


CORE = "arn:aws:networkmanager::1:core-network/core-network-1"


@pytest.mark.parametrize(
    ("tables", "ways"),
    [
        ([table()], ()),
        ([table({"GatewayId": "local"}, {"GatewayId": "igw-1"}, {"NatGatewayId": "nat-1"})], ()),
        ([table({"GatewayId": "vpce-1"}, {"NetworkInterfaceId": "eni-1"})], ()),
        ([table({"TransitGatewayId": "tgw-1"}), table({"VpcPeeringConnectionId": "pcx-1"}, main=False)],
         ("pcx-1", "tgw-1")),
        ([table({"GatewayId": "vgw-1"})], ("vgw-1",)),
        ([table(PropagatingVgws=[{"GatewayId": "vgw-2"}])], ("vgw-2",)),
        ([table({"CoreNetworkArn": CORE})], (CORE,)),
        ([table({"LocalGatewayId": "lgw-1"})], ("lgw-1",)),
        ([table(), table({"TransitGatewayId": "tgw-1"}, vpc_id="vpc-2")], ()),
        ([table(main=False)], None),
        ([table(vpc_id="vpc-2")], None),
        ([], None),
    ],
)  # fmt: skip
def test_the_ways_into_a_vpc_are_those_that_its_own_tables_lead_to_and_are_known_with_its_main_table(tables, ways):
    assert vpc._ways_into("vpc-1", Listing(rows=tuple(tables), is_complete=True)) == ways
    assert vpc._ways_into("vpc-1", Listing(rows=tuple(tables), is_complete=False)) is None


def test_endpoints_know_the_ways_into_their_vpc_and_what_they_are_for(collect):
    found = collect()
    assert found["s3-alone-1"].ways_into_vpc == ()
    assert found["s3-for-others-1"].ways_into_vpc == ("tgw-0123456789abcdef0",)
    assert found["s3-in-shared-vpc-1"].ways_into_vpc is None
    assert found["s3-for-resolver-1"].is_for_inbound_resolver
    assert found["endpoint-managed-1"].is_requester_managed
    assert (found["endpoint-pending-1"].state, found["endpoint-silent-1"].state) == ("pendingacceptance", "available")
    assert [found[f"endpoint-silent-{number}"].subnet_count for number in (1, 2, 3)] == [1, 2, 3]


ENDPOINT = VpcEndpoint(
    **BASE, resource_id="vpce-1", endpoint_type="Interface", state="available",
    service_name="com.amazonaws.eu-west-1.kms", vpc_id="vpc-1",
)  # fmt: skip
ATTACHED = TransitAttachment(
    **BASE, resource_id="tgw-attach-1", state="available", transit_gateway_id="tgw-1", attached_kind="vpc",
    gateway_owner_id="1",
)  # fmt: skip


def test_an_endpoints_bytes_are_kept_under_its_type_service_id_and_vpc():
    place = inventory.place_of(replace(ENDPOINT, endpoint_type="GatewayLoadBalancer"))
    assert (place.namespace, dict(place.dimensions)) == (
        "AWS/PrivateLinkEndpoints",
        {"Endpoint Type": "GatewayLoadBalancer", "Service Name": "com.amazonaws.eu-west-1.kms",
         "VPC Endpoint Id": "vpce-1", "VPC Id": "vpc-1"},
    )  # fmt: skip


def test_an_attachments_bytes_are_kept_under_its_transit_gateway_and_its_id():
    place = inventory.place_of(ATTACHED)
    assert (place.namespace, dict(place.dimensions)) == (
        "AWS/TransitGateway", {"TransitGateway": "tgw-1", "TransitGatewayAttachment": "tgw-attach-1"}
    )  # fmt: skip


@pytest.mark.parametrize(
    "thing",
    [
        replace(ENDPOINT, endpoint_type="Gateway"),
        replace(ENDPOINT, endpoint_type="ServiceNetwork"),
        replace(ENDPOINT, state="rejected"),
        replace(ENDPOINT, service_region="us-east-1"),
        replace(ATTACHED, gateway_owner_id="2"),
        replace(ATTACHED, state="failed"),
    ],
)
def test_what_aws_measures_for_nobody_or_for_somebody_else_is_not_asked_for(thing):
    assert inventory.place_of(thing) is None


@pytest.mark.parametrize("is_refused", [False, True])
def test_an_attachment_knows_the_connect_attachments_that_go_through_it_or_that_nobody_may_ask(
    calm_cloud, collect, is_refused
):
    if is_refused:
        calm_cloud.fault("deny", service="ec2", operation="DescribeTransitGatewayConnects", count=None)
    found = collect()
    through = (found["attachment-connect"].resource_id,)
    assert found["attachment-carries"].carries == (None if is_refused else through)
    assert found["attachment-idle"].carries == (None if is_refused else ())


def test_connect_attachments_are_asked_for_where_one_is_listed_or_not_all_were():
    none, broken_off = Listing(rows=(ATTACHED,), is_complete=True), Listing(rows=(ATTACHED,), is_complete=False)
    assert list(vpc._with_connects(None, none)) == [ATTACHED]
    told = SimpleNamespace(listing=lambda *_, **__: Listing(rows=(("tgw-attach-1", "tgw-attach-2"),), is_complete=True))
    assert [one.carries for one in vpc._with_connects(told, broken_off)] == [("tgw-attach-2",)]

"""An interface endpoint of S3 that only its own VPC can use, and those that others may need."""

from dataclasses import replace

import pytest

from connections.resources.endpoints import VpcEndpoint
from findings.registry import rule
from findings.rule import ALL, Fine, Unknown, Waste
from tests.findings.evidence import ACCOUNT, ago, waste

RULE = rule("aws_vpc_s3_interface_endpoint")
WASTEFUL = VpcEndpoint(
    **ACCOUNT, resource_id="vpce-0abc", created_at=ago(300), endpoint_type="Interface", state="available",
    service_name="com.amazonaws.us-east-1.s3", vpc_id="vpc-1", subnet_count=2, ways_into_vpc=(),
)  # fmt: skip


@pytest.mark.parametrize(
    ("changed", "verdict"),
    [
        ({}, Waste),
        ({"created_at": None}, Waste),
        ({"ways_into_vpc": ("tgw-1",)}, Fine),
        ({"ways_into_vpc": ("pcx-1",)}, Fine),
        ({"ways_into_vpc": ("vgw-1",)}, Fine),
        ({"ways_into_vpc": ("arn:aws:networkmanager::1:core-network/c",)}, Fine),
        ({"is_for_inbound_resolver": True}, Fine),
        ({"is_for_inbound_resolver": True, "ways_into_vpc": None}, Fine),
        ({"is_requester_managed": True}, Fine),
        ({"state": "pending"}, Fine),
        ({"endpoint_type": "Gateway"}, Fine),
        ({"service_name": "com.amazonaws.us-east-1.s3express"}, Fine),
        ({"service_name": "com.amazonaws.eu-west-1.s3"}, Fine),
        ({"service_name": "com.amazonaws.us-east-1.kms"}, Fine),
        ({"service_name": "com.amazonaws.us-east-1.s3-global.accesspoint"}, Fine),
        ({"service_name": "com.amazonaws.us-east-1.kms", "ways_into_vpc": None}, Fine),
        ({"ways_into_vpc": None}, Unknown),
    ],
)
def test_only_an_endpoint_that_nobody_outside_of_its_vpc_can_reach_may_be_a_gateway_endpoint(changed, verdict):
    assert isinstance(RULE.ask(replace(WASTEFUL, **changed), usage=None, settings={}), verdict)


def test_all_of_it_is_saved_and_what_is_assumed_is_said():
    found = waste(RULE, WASTEFUL)
    assert found.saves == ALL
    assert found.because == (
        "No route leads from vpc-1 to another network, so only machines in it use the endpoint, in 2 subnets; "
        "a gateway endpoint of S3 is free."
    )
    assert RULE.assumes == (
        "that no program names the endpoint, no bucket policy asks for it, and no Client VPN leads into its VPC"
    )

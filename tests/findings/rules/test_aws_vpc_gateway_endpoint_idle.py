"""A Gateway Load Balancer endpoint that no byte passes, and those that are used, young, or kept by others."""

from dataclasses import replace

import pytest

from connections.resources.endpoints import VpcEndpoint
from findings.registry import rule
from findings.rule import ALL, Fine, Unknown, Waste
from tests.findings.evidence import ACCOUNT, ago, usage_of, waste

RULE = rule("aws_vpc_gateway_endpoint_idle")
WASTEFUL = VpcEndpoint(
    **ACCOUNT, resource_id="vpce-0abc", created_at=ago(300), endpoint_type="GatewayLoadBalancer", state="available",
    service_name="com.amazonaws.vpce.us-east-1.vpce-svc-0abc", vpc_id="vpc-1", subnet_count=1,
)  # fmt: skip


def passed(*values):
    return usage_of({"BytesProcessed.Sum": values})


SILENT = passed(*[None] * 30)


@pytest.mark.parametrize(
    ("changed", "seen", "verdict"),
    [
        ({}, SILENT, Waste),
        ({}, passed(*[0.0] * 30), Waste),
        ({}, passed(*[None] * 29, 40.0), Fine),
        ({"created_at": ago(12)}, SILENT, Fine),
        ({"is_requester_managed": True}, SILENT, Fine),
        ({"state": "failed"}, SILENT, Fine),
        ({"endpoint_type": "Interface"}, SILENT, Fine),
        ({"endpoint_type": "Gateway"}, usage_of({}), Fine),
        ({}, usage_of({}), Unknown),
        ({}, passed(*[None] * 12), Unknown),
        ({"created_at": None}, SILENT, Unknown),
    ],
)
def test_no_byte_in_thirty_days_is_idle_unless_a_firewall_service_made_it(changed, seen, verdict):
    assert isinstance(RULE.ask(replace(WASTEFUL, **changed), usage=seen, settings={}), verdict)


def test_all_of_its_cost_is_saved():
    found = waste(RULE, WASTEFUL, seen=SILENT)
    assert found.saves == ALL
    assert "in all of the last 30 days; charged by the hour in 1 subnet." in found.because
    assert RULE.bill.prices == ("VpcEndpoint-GWLBE-Bytes",)

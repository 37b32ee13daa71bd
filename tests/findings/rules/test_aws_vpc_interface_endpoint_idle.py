"""An interface endpoint that no byte passes, and those that are used, kept by others, or not measured."""

from dataclasses import replace
from decimal import Decimal

import pytest

from connections.resources.endpoints import VpcEndpoint
from findings.registry import rule
from findings.rule import ALL, Fine, Unknown, Waste
from tests.findings.evidence import ACCOUNT, ago, usage_of, waste

RULE = rule("aws_vpc_interface_endpoint_idle")
WASTEFUL = VpcEndpoint(
    **ACCOUNT, resource_id="vpce-0abc", created_at=ago(300), endpoint_type="Interface", state="available",
    service_name="com.amazonaws.us-east-1.kms", service_region="us-east-1", vpc_id="vpc-1", subnet_count=3,
)  # fmt: skip


def passed(*values):
    return usage_of({"BytesProcessed.Sum": values})


SILENT = passed(*[None] * 30)


@pytest.mark.parametrize(
    ("changed", "seen", "verdict"),
    [
        ({}, SILENT, Waste),
        ({}, passed(*[0.0] * 30), Waste),
        ({}, passed(0.0, *[None] * 29), Waste),
        ({}, passed(500.0, *[None] * 30), Waste),
        ({"service_region": ""}, SILENT, Waste),
        ({"created_at": ago(30)}, SILENT, Waste),
        ({}, passed(*[None] * 29, 1.0), Fine),
        ({}, passed(4000.0, *[None] * 29), Fine),
        ({}, passed(*[None] * 28, 9.0), Fine),
        ({"created_at": ago(29)}, SILENT, Fine),
        ({"created_at": None}, passed(*[None] * 29, 1.0), Fine),
        ({"is_requester_managed": True}, SILENT, Fine),
        ({"service_name": "com.amazonaws.us-east-1.guardduty-data"}, SILENT, Fine),
        ({"service_name": "com.amazonaws.us-gov-west-1.guardduty-data-fips"}, SILENT, Fine),
        ({"service_name": "com.amazonaws.us-east-1.guardduty"}, SILENT, Waste),
        ({"state": "pendingacceptance"}, SILENT, Fine),
        ({"state": "rejected"}, SILENT, Fine),
        ({"state": "deleting"}, usage_of({}), Fine),
        ({"endpoint_type": "Gateway"}, usage_of({}), Fine),
        ({"endpoint_type": "GatewayLoadBalancer"}, SILENT, Fine),
        ({"endpoint_type": "Resource"}, SILENT, Fine),
        ({}, usage_of({}), Unknown),
        ({}, passed(*[None] * 29), Unknown),
        ({}, usage_of({"BytesProcessed.Average": [0.0] * 30}), Unknown),
        ({"created_at": None}, SILENT, Unknown),
        ({"service_region": "eu-west-1"}, SILENT, Unknown),
        ({"service_region": "eu-west-1"}, usage_of({}), Unknown),
    ],
)
def test_no_byte_in_thirty_days_is_idle_and_silence_that_nobody_asked_about_is_not(changed, seen, verdict):
    assert isinstance(RULE.ask(replace(WASTEFUL, **changed), usage=seen, settings={}), verdict)


def test_all_of_its_cost_is_saved_and_it_says_what_it_is_charged_by():
    found = waste(RULE, WASTEFUL, seen=SILENT)
    assert found.saves == ALL
    assert found.because == (
        "No byte to or from com.amazonaws.us-east-1.kms in all of the last 30 days; charged by the hour in 3 subnets."
    )


@pytest.mark.parametrize(("days", "verdict"), [(14, Waste), (45, Unknown)])
def test_the_window_is_a_setting(days, verdict):
    assert isinstance(RULE.ask(WASTEFUL, usage=SILENT, settings={"idle_days": days}), verdict)


def test_a_byte_on_the_bill_speaks_against_it():
    assert RULE.bill.at_most({}) == Decimal(0)
    assert RULE.bill.prices == ("VpcEndpoint-Bytes",)

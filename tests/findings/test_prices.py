"""Names and sources of prices."""

from decimal import Decimal

import pytest

from audits.evidence import BilledRate
from findings.prices import billed_prices, price_name, table
from tests.findings.evidence import TODAY, line, rate


def price_of(prices, name):
    found = prices.of([name])
    assert found is not None
    return found[0]


@pytest.mark.parametrize(
    ("usage_type", "name"),
    [
        ("EBS:VolumeUsage.gp2", "EBS:VolumeUsage.gp2"),
        ("EU-EBS:VolumeUsage.gp3", "EBS:VolumeUsage.gp3"),
        ("EUC1-EBS:VolumeUsage.gp3", "EBS:VolumeUsage.gp3"),
        ("APS2-NatGateway-Bytes", "NatGateway-Bytes"),
        ("NatGateway-Hours", "NatGateway-Hours"),
        ("USW2-BoxUsage:m5.large", "BoxUsage:m5.large"),
        ("PublicIPv4:IdleAddress", "PublicIPv4:IdleAddress"),
        ("LCUUsage", "LCUUsage"),
        ("RDS:GP2-Storage", "RDS:GP2-Storage"),
        ("APS2-RDS:GP2-Storage", "RDS:GP2-Storage"),
        ("InstanceUsage:db.r6g.large", "InstanceUsage:db.r6g.large"),
        ("APN1-InstanceUsage:db.m7i.4xl", "InstanceUsage:db.m7i.4xlarge"),
        ("Multi-AZUsage:db.r5d.xl", "Multi-AZUsage:db.r5d.xlarge"),
        ("InstanceUsage:db.r6g.2xlarge", "InstanceUsage:db.r6g.2xlarge"),
        ("BoxUsage:x2.xl", "BoxUsage:x2.xl"),
    ],
)
def test_a_usage_type_names_its_price_without_the_region_and_with_a_database_s_size_in_full(usage_type, name):
    assert price_name(line(TODAY, "1", usage_type=usage_type)) == name


@pytest.mark.parametrize(
    ("description", "name"),
    [
        ("$0.10 per GB-month of General Purpose SSD (gp2) provisioned storage - US East", "EBS:VolumeUsage.gp2"),
        ("$0.08 per GB-month of General Purpose (gp3) provisioned storage - US East", "EBS:VolumeUsage.gp3"),
        ("USD0.0595 per GB-Mo for EBS:SnapshotUsage in Africa (Cape Town)", "EBS:SnapshotUsage"),
        ("$0.045 per NAT Gateway Hour", "NatGateway-Hours"),
        ("$0.045 per GB Data Processed by NAT Gateways", "NatGateway-Bytes"),
        ("$0.096 per On Demand Linux m5.large Instance Hour", "BoxUsage:m5.large"),
        (
            "$0.171 per RDS db.m5.large Single-AZ instance hour (or partial hour) running PostgreSQL",
            "InstanceUsage:db.m5.large",
        ),
        ("something else", ""),
    ],
)
def test_a_description_serves_where_there_is_no_usage_type(description, name):
    assert price_name(line(TODAY, "1", charge_description=description)) == name


def test_the_bill_s_unit_price_is_all_that_was_paid_by_all_that_was_used():
    cheap, dear = rate("EBS:VolumeUsage.gp3", "0.07", quantity=300), rate("EBS:VolumeUsage.gp3", "0.08", quantity=100)
    price = price_of(billed_prices([cheap, dear], region="us-east-1"), "EBS:VolumeUsage.gp3")
    assert price.unit_price == Decimal("0.0725")
    assert price.currency == "USD"
    assert price.source == "the unit prices of the same bill, us-east-1"


def test_a_name_billed_in_two_currencies_has_no_price():
    both = [rate("EBS:VolumeUsage.gp3", "0.08"), rate("EBS:VolumeUsage.gp3", "0.07", currency="EUR")]
    assert billed_prices(both, region="us-east-1").of(["EBS:VolumeUsage.gp3"]) is None


def test_names_in_different_currencies_are_not_set_against_each_other():
    both = [rate("EBS:VolumeUsage.gp2", "0.10"), rate("EBS:VolumeUsage.gp3", "0.07", currency="EUR")]
    assert billed_prices(both, region="us-east-1").of(["EBS:VolumeUsage.gp2", "EBS:VolumeUsage.gp3"]) is None


def test_a_rate_without_quantity_or_name_is_no_price():
    empty = BilledRate(
        usage_type="EBS:VolumeUsage.gp3",
        charge_description="",
        billing_currency="USD",
        effective_cost=Decimal(1),
        quantity=Decimal(0),
        unit="GB-Mo",
    )
    assert billed_prices([empty], region="us-east-1").by_name == {}


def test_throughput_billed_by_gibps_is_priced_by_mibps():
    billed = billed_prices([rate("EBS:VolumeP-Throughput.gp3", "40.96", unit="GiBps-mo")], region="us-east-1")
    assert price_of(billed, "EBS:VolumeP-Throughput.gp3").unit_price == Decimal("0.04")


def test_the_committed_table_is_dated_and_says_its_source():
    listed = table("aws")
    assert listed.dated == "2026-07-20"
    price = price_of(listed.region("us-east-1"), "BoxUsage:m5.large")
    assert price.unit_price == Decimal("0.096")
    assert price.source == "AWS list prices, us-east-1, 2026-07-20"
    assert listed.region("mars-north-1").by_name == {}


def test_a_cloud_without_a_table_has_no_prices():
    assert table("elsewhere").region("us-east-1").by_name == {}

"""What rules read off a bill's lines."""

from decimal import Decimal

import pytest

from audits.billed import fraction_of, is_database_storage, lacks_quantity, less_discounts, meter_of, standing
from tests.findings.bill_rules.billed import each_day, resource


def test_a_part_is_a_fraction_of_what_is_charged_whatever_is_taken_back():
    charged, taken_back = each_day("m", 1, cost="3", days=2), each_day("m", 1, cost="-6", days=1)
    assert fraction_of(Decimal(3), (*charged, *taken_back)) == Decimal("0.5")
    assert fraction_of(Decimal(9), charged) == 1
    assert fraction_of(Decimal(-1), charged) == 0
    assert fraction_of(Decimal(3), taken_back) == 0


def test_what_stood_is_the_days_part_of_a_month_times_the_days_of_that_month():
    july = each_day("EBS:VolumeUsage.gp2", 1, days=19)
    june = each_day("EBS:VolumeUsage.gp2", 1, days=30, until=20)
    assert standing(july, days=19) == 31
    assert standing(june, days=30) == 30
    assert standing((*june, *july), days=49) == Decimal(30 * 30 + 19 * 31) / 49


def test_a_day_without_a_quantity_stands_for_nothing():
    assert standing(each_day("EBS:VolumeUsage.gp2", 1, days=2, consumed_quantity=None), days=2) == 0


@pytest.mark.parametrize(
    ("usage_type", "expected"),
    [
        ("USW2-BoxUsage:c5.large", "BoxUsage:c5.large"),
        ("LAX1-BoxUsage:c5.large", "BoxUsage:c5.large"),
        ("LAX1-EBS:VolumeUsage.gp2", "EBS:VolumeUsage.gp2"),
        ("USE1WL1-BoxUsage:t3.xlarge", "BoxUsage:t3.xlarge"),
        ("USE1WL1ATL1-EBS:VolumeUsage.gp2", "EBS:VolumeUsage.gp2"),
        ("APNE1WL1NRT1-BoxUsage:t3.medium", "BoxUsage:t3.medium"),
        ("CAN1-DEN1-AWS-Out-Bytes", "DEN1-AWS-Out-Bytes"),
        ("VPN-Usage-Hours", "VPN-Usage-Hours"),
    ],
)
def test_a_meter_is_without_the_code_of_its_region_or_of_a_zone_outside_of_it(usage_type, expected):
    assert meter_of(each_day(usage_type, 1, days=1)[0]) == expected


def test_a_database_s_size_is_written_out_where_the_bill_has_it_short():
    assert meter_of(each_day("EUC1-InstanceUsage:db.r5.2xl", 1, days=1)[0]) == "InstanceUsage:db.r5.2xlarge"


@pytest.mark.parametrize(
    ("meter", "expected"),
    [
        ("EUC1-RDS:GP3-Storage", True),
        ("RDS:Multi-AZ-PIOPS-Storage", True),
        ("RDS:StorageUsage", True),
        ("RDS:PIOPS", False),
        ("RDS:ChargedBackupUsage", False),
        ("Aurora:StorageUsage", True),
        ("Aurora:IO-OptimizedStorageUsage", True),
        ("Aurora:StorageIOUsage", False),
        ("Aurora:BackupUsage", False),
        ("General Purpose Data Stored", True),
        ("Premium SSD v2 Storage Data Stored", True),
        ("Backup Storage LRS Data Stored", False),
        ("Hot LRS Data Stored", False),
        ("Cloud SQL for PostgreSQL: Zonal - Low cost storage in Americas", True),
        ("Cloud SQL for SQL Server: Zonal - Enterprise Storage Hyperdisk Balanced IOPS in Frankfurt", False),
        ("Cloud SQL for MySQL: Zonal - 4 vCPU + 15GB RAM in Americas", False),
        ("Cloud SQL: Backups in Frankfurt", False),
        ("EBS:VolumeUsage.gp3", False),
    ],
)
def test_what_a_database_stores_is_told_from_what_it_does_and_from_its_backups(meter, expected):
    assert is_database_storage(each_day(meter, 1, days=1)[0]) is expected


def test_a_discount_on_lines_of_its_own_is_off_the_lines_of_its_day_and_meter_and_stands_no_more():
    tiers = (each_day("NatGateway-Bytes", 5, cost="3", days=2), each_day("NatGateway-Bytes", 5, cost="1", days=2))
    off = each_day("NatGateway-Bytes", 0, cost="-1", days=1, consumed_quantity=None)
    lines = resource(*tiers, off).lines("NatGateway-")
    assert [line.effective_cost for line in lines] == [3, 1, Decimal("2.25"), Decimal("0.75")]


def test_discounts_are_taken_off_once_however_many_rules_ask():
    thing = resource(each_day("BoxUsage:m5.large", 24), each_day("BoxUsage:m5.large", 0, cost="-0.1"))
    assert all(one is other for one, other in zip(thing.lines("BoxUsage"), thing.lines(), strict=True))


@pytest.mark.parametrize(
    "more",
    [
        {"usage_type": "BoxUsage:m5.large"},
        {"charge_class": "Correction"},
        {"billing_currency": "EUR"},
        {"charge_days": 30},
    ],
)
def test_what_is_taken_off_anything_else_stands_as_it_is(more):
    lines = (*each_day("NatGateway-Hours", 24, days=1), *each_day("NatGateway-Hours", 24, cost="-1", days=1, **more))
    assert less_discounts(lines) == lines


def test_what_is_more_than_the_charges_or_of_what_a_commitment_covers_is_no_discount():
    covered = each_day("BoxUsage:m5.large", 20, cost="9", days=1, commitment_discount_id="arn:plan")
    full, all_of_it, more = (each_day("BoxUsage:m5.large", 4, cost=cost, days=1) for cost in ("1", "-1", "-1.1"))
    assert [line.effective_cost for line in less_discounts((*covered, *full, *all_of_it))] == [9, 0]
    assert less_discounts((*covered, *full, *more)) == (*covered, *full, *more)
    assert less_discounts((*covered, *all_of_it)) == (*covered, *all_of_it)


def test_of_what_a_discount_takes_off_whole_nothing_is_left_however_many_digits_it_has():
    costs = ("0.000082982779796481", "5705.64326975102537", "9582.16082857755175")
    tiers = [one for cost in costs for one in each_day("m", 1, cost=cost, days=1)]
    off = each_day("m", 0, cost=str(-sum(map(Decimal, costs))), days=1)
    assert [line.effective_cost for line in less_discounts((*tiers, *off))] == [0, 0, 0]


def test_a_discount_that_the_charges_are_less_already_stands_no_more_and_lacks_no_quantity():
    net = each_day("NatGateway-Hours", 24, cost="0.9", days=2)
    off = each_day("NatGateway-Hours", 0, cost="0", days=2, consumed_quantity=None, billed_cost=Decimal("-0.1"))
    assert less_discounts((*net, *off)) == net
    assert not lacks_quantity((*net, *off))
    free = each_day("NatGateway-Hours", 0, cost="0", days=2, consumed_quantity=None)
    assert less_discounts((*net, *free)) == (*net, *free)
    assert lacks_quantity((*net, *free))

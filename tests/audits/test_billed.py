"""What rules read off a bill's lines."""

from decimal import Decimal

import pytest

from audits.billed import fraction_of, is_database_storage, meter_of, standing
from tests.findings.bill_rules.billed import each_day


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

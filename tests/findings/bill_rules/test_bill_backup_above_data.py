"""A database whose billed backups are many times its data."""

from decimal import Decimal

import pytest

from findings.registry import bill_rule
from findings.rule import Fine, Unknown, Waste
from tests.findings.bill_rules.billed import each_day, resource, verdict, waste

RULE = bill_rule("bill_backup_above_data")


def aurora(size, **more):
    return each_day("EUC1-Aurora:StorageUsage", size, **more)


def kept(size, **more):
    return each_day("EUC1-Aurora:BackupUsage", size, **more)


def cloud_sql(size, **more):
    return each_day("Cloud SQL for MySQL: Regional - Standard storage in Frankfurt", size, **more)


@pytest.mark.parametrize(
    ("thing", "expected"),
    [
        (resource(aurora(1), kept("3.1")), Waste),
        (resource(aurora(1), kept(3)), Fine),
        (resource(aurora(1), kept(9, days=13)), Fine),
        (resource(aurora(1, days=13), kept(9)), Fine),
        (resource(aurora(1)), Fine),
        (resource(kept(9)), Fine),
        (resource(aurora(1), kept(9), known_days=13), Unknown),
        (resource(aurora(1), kept(9, consumed_quantity=None)), Unknown),
        (resource(aurora(1, consumed_unit="GB-Mo"), kept(9, consumed_unit="MB-Mo")), Unknown),
        (resource(each_day("RDS:GP3-Storage", 1), each_day("RDS:ChargedBackupUsage", 4)), Waste),
        (
            resource(
                each_day("Storage Data Stored", 1, consumed_unit="1 GiB/Month"),
                each_day("Backup Storage LRS Data Stored", 4, consumed_unit="1 GB/Month"),
                cloud="azure",
            ),
            Waste,
        ),
        (
            resource(
                each_day("General Purpose Data Stored", 1),
                each_day("RA-GRS Data Stored", 4, charge_description="SQL Database PITR Backup Storage - RA-GRS"),
                cloud="azure",
            ),
            Waste,
        ),
        (resource(each_day("General Purpose Data Stored", 1), each_day("LRS Data Stored", 4), cloud="azure"), Fine),
        (resource(each_day("General Purpose Data Stored", 1), each_day("Backup Restores", 9), cloud="azure"), Fine),
        (resource(cloud_sql(1), each_day("Cloud SQL: Backups in Frankfurt", 4), cloud="gcp"), Waste),
        (resource(cloud_sql(1), each_day("Cloud SQL: Backups in Frankfurt", 2), cloud="gcp"), Fine),
    ],
)
def test_more_than_three_times_the_data_for_two_weeks_is_waste(thing, expected):
    assert isinstance(verdict(RULE, thing), expected)


def test_what_is_above_three_times_the_data_is_saved_and_the_sentence_has_the_figures():
    found = waste(RULE, resource(aurora(2, cost="1"), kept(12, cost="4")))
    assert found.saves.fraction == Decimal("0.4")
    assert found.because == "Its billed backups are 6.0 times its data and cost 56.00 USD in the last 14 days."

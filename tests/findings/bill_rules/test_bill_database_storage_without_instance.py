"""A database that is charged for storage and not for compute."""

import pytest

from findings.registry import bill_rule
from findings.rule import ALL, Fine, Unknown, Waste
from tests.findings.bill_rules.billed import each_day, resource, verdict, waste

RULE = bill_rule("bill_database_storage_without_instance")
RDS = {"resource_id": "arn:aws:rds:eu-central-1:111122223333:db:orders"}
CLUSTER = {"resource_id": "arn:aws:rds:eu-central-1:111122223333:cluster:cluster-ABC"}
SQL = {
    "cloud": "azure",
    "resource_id": "/subscriptions/s/resourcegroups/g/providers/microsoft.sql/servers/s/databases/d",
}
POSTGRES = {
    "cloud": "azure",
    "resource_id": "/subscriptions/s/resourcegroups/g/providers/microsoft.dbforpostgresql/flexibleservers/f",
}
GCP = {"cloud": "gcp", "resource_id": "orders"}
DISK = each_day("EUC1-RDS:GP2-Storage", 3)
CLOUD_SQL = each_day("Cloud SQL for PostgreSQL: Zonal - Standard storage in Frankfurt", 3)


def hours(days, **more):
    return each_day("EUC1-InstanceUsage:db.m5.large", 24, days=days, **more)


@pytest.mark.parametrize(
    ("thing", "expected"),
    [
        (resource(DISK, **RDS), Waste),
        (resource(DISK, hours(7), **RDS), Waste),
        (resource(DISK, hours(8), **RDS), Fine),
        (resource(DISK, hours(8, until=28), **RDS), Waste),
        (resource(DISK, each_day("EUC1-RDS:ChargedBackupUsage", 1), **RDS), Waste),
        (resource(DISK, each_day("Something new", 1), **RDS), Fine),
        (resource(each_day("RDS:Multi-AZ-PIOPS-Storage", 1), each_day("RDS:Multi-AZ-PIOPS", 1), **RDS), Waste),
        (resource(each_day("RDS:GP2-Storage", 1, days=27), **RDS), Fine),
        (resource(each_day("RDS:GP2-Storage", 1, until=2), **RDS), Fine),
        (resource(DISK, known_days=27, **RDS), Unknown),
        (resource(each_day("Aurora:StorageUsage", 3), **CLUSTER), Fine),
        (resource(each_day("RDS:ChargedBackupUsage", 3), **RDS), Fine),
        (resource(each_day("General Purpose Data Stored", 3), **SQL), Waste),
        (resource(each_day("General Purpose Data Stored", 3), each_day("vCore", 3), **SQL), Fine),
        (resource(each_day("LRS Data Stored", 3), **SQL), Fine),
        (resource(each_day("S0 DTUs", 1), **SQL), Fine),
        (
            resource(each_day("Storage Data Stored", 3), each_day("Backup Storage LRS Data Stored", 3), **POSTGRES),
            Waste,
        ),
        (resource(each_day("Storage Data Stored", 3), each_day("B1MS", 24), **POSTGRES), Fine),
        (resource(each_day("Storage Data Stored", 3), cloud="azure"), Fine),
        (resource(CLOUD_SQL, each_day("Cloud SQL: Backups in Frankfurt", 1), **GCP), Waste),
        (resource(CLOUD_SQL, each_day("Cloud SQL for PostgreSQL: Zonal - vCPU in Frankfurt", 1), **GCP), Fine),
        (resource(each_day("Cloud SQL: Backups in Frankfurt", 1), **GCP), Fine),
        (resource(DISK, provider_name="Somebody else", **RDS), Fine),
    ],
)
def test_three_weeks_of_four_without_compute_are_waste(thing, expected):
    assert isinstance(verdict(RULE, thing), expected)


def test_all_of_it_is_saved_and_the_sentence_has_the_figures():
    found = waste(RULE, resource(DISK, hours(2), **RDS))
    assert found.saves == ALL
    assert found.because == (
        "Charged for storage on each of the last 28 days (28.00 USD), and on 26 of them for no compute."
    )

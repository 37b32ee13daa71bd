"""A database with many times its size in backups."""

from decimal import Decimal

import pytest

from findings.registry import bill_rule
from findings.rule import Fine, Unknown, Waste
from tests.findings.bill_rules.billed import each_day, resource, verdict, waste

RULE = bill_rule("bill_backup_above_data")

UNIT = {"consumed_unit": "GB-Mo"}


def database(backups, *, data=1, meter="EUC1-RDS:GP3-Storage", **given):
    stored = (each_day(meter, data, cost="1", **UNIT),) if data else ()
    return resource(*stored, each_day("EUC1-RDS:ChargedBackupUsage", backups, cost="2", **UNIT), **given)


AZURE = (each_day("General Purpose Data Stored", 1, **UNIT), each_day("Backup Storage LRS Data Stored", 4, **UNIT))


@pytest.mark.parametrize(
    ("thing", "expected"),
    [
        (database(4), Waste),
        (database(3), Fine),
        (database(4, data=0), Unknown),
        (database(4, meter="RDS:Something"), Unknown),
        (database(4, known_days=13), Unknown),
        (resource(each_day("RDS:GP3-Storage", 1, **UNIT)), Fine),
        (resource(*AZURE, cloud="azure"), Waste),
        (database(4, provider_name="Somebody else"), Fine),
    ],
)
def test_more_than_three_times_the_data_are_waste(thing, expected):
    assert isinstance(verdict(RULE, thing), expected)


def test_what_is_above_the_data_is_saved():
    found = waste(RULE, database(4))
    assert found.saves.fraction == Decimal(2) / 3 * 3 / 4
    assert found.because == "56 GB-Mo of backups stand beside 14 of data in the last 14 days: 4.0 times as much."

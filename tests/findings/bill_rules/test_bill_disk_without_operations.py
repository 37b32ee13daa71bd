"""A disk whose operations would be billed, and none is."""

import pytest

from findings.registry import bill_rule
from findings.rule import ALL, Fine, Unknown, Waste
from tests.findings.bill_rules.billed import each_day, resource, verdict, waste

RULE = bill_rule("bill_disk_without_operations")
MAGNETIC = "EUC1-EBS:VolumeUsage"
AZURE = {"cloud": "azure", "resource_id": "/subscriptions/s/resourcegroups/g/providers/microsoft.compute/disks/d"}


@pytest.mark.parametrize(
    ("thing", "expected"),
    [
        (resource(each_day(MAGNETIC, 3)), Waste),
        (resource(each_day(MAGNETIC, 3), each_day("EUC1-EBS:VolumeIOUsage", 1, days=1, until=30)), Fine),
        (resource(each_day(MAGNETIC, 3), each_day("EUC1-EBS:VolumeIOUsage", 1, days=1, until=31)), Waste),
        (resource(each_day(MAGNETIC, 3, days=30)), Waste),
        (resource(each_day(MAGNETIC, 3, days=29)), Fine),
        (resource(each_day(MAGNETIC, 3, until=2)), Fine),
        (resource(each_day(MAGNETIC, 3), known_days=29), Unknown),
        (resource(each_day("EBS:VolumeUsage.gp3", 3)), Fine),
        (resource(each_day(MAGNETIC, 3), each_day("EBS:VolumeUsage.gp3", 3, days=2)), Fine),
        (resource(each_day("S10 LRS Disk", 1), **AZURE), Waste),
        (resource(each_day("E10 ZRS Disk", 1), **AZURE), Waste),
        (resource(each_day("S10 LRS Disk", 1), each_day("S4 LRS Disk Operations", 1, days=1), **AZURE), Fine),
        (resource(each_day("E2 Disks", 1), each_day("Disk Operations", 1, days=1), **AZURE), Fine),
        (resource(each_day("P10 LRS Disk", 1), **AZURE), Fine),
        (resource(each_day("S10 LRS Disk", 1), cloud="azure"), Fine),
        (resource(each_day("Storage PD Capacity in Frankfurt", 1), cloud="gcp"), Fine),
    ],
)
def test_a_month_of_capacity_without_an_operation_is_waste_where_operations_are_billed(thing, expected):
    assert isinstance(verdict(RULE, thing), expected)


def test_all_of_it_is_saved_and_the_sentence_has_the_figures():
    found = waste(RULE, resource(each_day("S10 LRS Disk", 1, cost="0.2"), **AZURE))
    assert found.saves == ALL
    assert found.because == "Billed for its size on each of the last 30 days (6.00 USD) and for 0 operations."

"""A snapshot that is billed with the same size for months."""

from datetime import timedelta
from decimal import Decimal

import pytest

from findings.registry import bill_rule
from findings.rule import ALL, Fine, Unknown, Waste
from tests.findings.bill_rules.billed import each_day, resource, verdict, waste
from tests.findings.evidence import TODAY

RULE = bill_rule("bill_snapshot_unchanged")
EBS = "EUC1-EBS:SnapshotUsage"
AZURE = {
    "cloud": "azure",
    "resource_id": "/subscriptions/s/resourcegroups/g/providers/microsoft.compute/snapshots/n",
    "known_days": 90,
}


def monthly(size, *, days=90):
    """A day bills the size divided by the days of its month, as the providers do."""
    lengths = {
        day: ((day.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)).day for day in _of(days)
    }
    return tuple(
        each_day(EBS, Decimal(size) / lengths[day], days=1, until=(TODAY - day).days)[0] for day in sorted(lengths)
    )


def _of(days):
    return [TODAY - timedelta(days=ago) for ago in range(1, days + 1)]


@pytest.mark.parametrize(
    ("thing", "expected"),
    [
        (resource(each_day(EBS, 1, days=90), known_days=90), Waste),
        (resource(each_day(EBS, 1, days=89), known_days=120), Fine),
        (resource(each_day(EBS, 1, days=90, until=2), known_days=120), Fine),
        (resource(each_day(EBS, 1, days=5), each_day(EBS, "1.05", days=85, until=6), known_days=90), Waste),
        (resource(each_day(EBS, 1, days=5), each_day(EBS, "1.06", days=85, until=6), known_days=90), Fine),
        (resource(monthly(100), known_days=90), Waste),
        (resource(each_day(EBS, 1, days=19), known_days=90), Fine),  # all of July, and nothing in the months before
        (resource(each_day(EBS, 1, days=89), known_days=89), Unknown),
        (resource(each_day(EBS, 1, days=88), known_days=89), Fine),
        (resource(each_day(EBS, 1, days=90, consumed_quantity=None), known_days=90), Unknown),
        (resource(each_day("EBS:VolumeUsage.gp3", 1, days=90), known_days=90), Fine),
        (resource(each_day("LRS Snapshots", 1, days=90), **AZURE), Waste),
        (resource(each_day("P10 LRS Disk", 1, days=90), **AZURE), Fine),
        (resource(each_day("LRS Snapshots", 1, days=90), cloud="azure", known_days=90), Fine),
        (resource(each_day("Storage PD Snapshot in Frankfurt", 1, days=90), cloud="gcp", known_days=90), Waste),
        (
            resource(each_day("Storage PD Snapshot", 1, days=90), cloud="gcp", known_days=90, service_name="Cloud SQL"),
            Fine,
        ),
        (resource(each_day(EBS, 1, days=90), known_days=90, provider_name="Somebody else"), Fine),
    ],
)
def test_a_size_that_stays_the_same_for_ninety_days_is_waste(thing, expected):
    assert isinstance(verdict(RULE, thing), expected)


def test_a_day_of_february_bills_more_of_the_same_size_than_one_of_march():
    assert isinstance(verdict(RULE, resource(monthly(100, days=180), known_days=180), min_days=180), Waste)


def test_all_of_it_is_saved_and_the_sentence_has_the_figures():
    found = waste(RULE, resource(each_day(EBS, 1, days=90, cost="0.5"), known_days=90))
    assert found.saves == ALL
    assert found.because == "Billed with an unchanged size on each of the last 90 days: 45.00 USD in all."

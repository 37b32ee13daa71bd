"""A volume of a type that gp3 has replaced."""

from decimal import Decimal

import pytest

from findings.registry import bill_rule
from findings.rule import Fine, Unknown, Waste
from tests.findings.bill_rules.billed import each_day, resource, verdict, waste

RULE = bill_rule("bill_disk_previous_type")
MONTH = 31  # the days of July, in which the bill of the tests ends


def gp2(gigabytes, *, cost="1", **more):
    return each_day("EUC1-EBS:VolumeUsage.gp2", Decimal(gigabytes) / MONTH, cost=cost, **more)


def magnetic(cost, **more):
    return each_day("EBS:VolumeUsage", 1, cost=cost, **more)


def requests(cost, **more):
    return each_day("EBS:VolumeIOUsage", 1000, cost=cost, **more)


@pytest.mark.parametrize(
    ("thing", "expected"),
    [
        (resource(gp2(100)), Waste),
        (resource(gp2(100, days=7)), Waste),
        (resource(gp2(100, days=6)), Fine),
        (resource(gp2(100, until=2)), Fine),
        (resource(gp2(100, until=7), each_day("EBS:VolumeUsage.gp3", 3, days=6)), Fine),
        (resource(gp2(100), each_day("EBS:VolumeUsage.gp3", 3, days=1)), Fine),
        (resource(gp2(100), known_days=6), Unknown),
        (resource(gp2(100, consumed_quantity=None)), Unknown),
        (resource(magnetic("1"), requests("0.75")), Waste),
        (resource(magnetic("1"), requests("0.70")), Fine),
        (resource(magnetic("1")), Fine),
        (resource(each_day("EBS:VolumeUsage.gp3", 3)), Fine),
        (resource(each_day("EBS:VolumeUsage.piops", 3)), Fine),
        (resource(each_day("RDS:GP2-Storage", 3)), Fine),
        (resource(each_day("S10 LRS Disk", 1), cloud="azure"), Fine),
        (resource(each_day("Storage PD Capacity", 1), cloud="gcp"), Fine),
    ],
)
def test_gp2_and_busy_magnetic_volumes_are_waste(thing, expected):
    assert isinstance(verdict(RULE, thing), expected)


@pytest.mark.parametrize(
    ("gigabytes", "percent"),
    [(100, "20.0"), (166, "20.0"), (200, "14.9"), (334, "4.7"), (1000, "14.9"), (2000, "9.8"), (16000, "15.5")],
)
def test_what_gp3_needs_on_top_to_be_as_fast_is_taken_off(gigabytes, percent):
    assert round(waste(RULE, resource(gp2(gigabytes))).saves.fraction * 100, 1) == Decimal(percent)


def test_only_the_share_of_the_volume_is_saved_and_the_sentence_has_the_figures():
    found = waste(RULE, resource(gp2(100), each_day("DataTransfer-Regional-Bytes", 1)))
    assert round(found.saves.fraction, 6) == Decimal("0.1")
    assert found.because == (
        "100 GB of gp2 cost 7.00 USD in the last 7 days; gp3 with the same performance costs 20 % less."
    )


def test_a_magnetic_volume_saves_its_requests_less_the_dearer_storage():
    found = waste(RULE, resource(magnetic("1"), requests("3")))
    assert found.saves.fraction == (4 - Decimal("1.65")) / 4
    assert "magnetic storage cost 28.00 USD" in found.because

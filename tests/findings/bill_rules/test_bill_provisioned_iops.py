"""A volume whose provisioned IOPS cost more than its storage."""

from decimal import Decimal

import pytest

from findings.registry import bill_rule
from findings.rule import Fine, Unknown, Waste
from tests.findings.bill_rules.billed import each_day, resource, verdict, waste

RULE = bill_rule("bill_provisioned_iops")
MONTH = 31  # the days of July, in which the bill of the tests ends


def storage(cost, **more):
    return each_day("EUC1-EBS:VolumeUsage.piops", 3, cost=cost, **more)


def iops(number, *, cost="5", meter="EUC1-EBS:VolumeP-IOPS.piops", **more):
    return each_day(meter, Decimal(number) / MONTH, cost=cost, **more)


@pytest.mark.parametrize(
    ("thing", "expected"),
    [
        (resource(storage("1"), iops(3000)), Waste),
        (resource(storage("5"), iops(3000)), Waste),
        (resource(storage("5.01"), iops(3000)), Fine),
        (resource(storage("1"), iops("15999.9")), Waste),
        (resource(storage("1"), iops("16000.1")), Fine),
        (resource(storage("0.1"), iops(500)), Fine),
        (resource(storage("1"), iops(3000, days=6)), Fine),
        (resource(storage("1"), iops(3000), known_days=6), Unknown),
        (resource(storage("1"), iops(3000, consumed_quantity=None)), Unknown),
        (resource(iops(3000)), Fine),
        (resource(storage("1"), iops(0)), Fine),
        (resource(storage("1", consumed_quantity=Decimal(24) / MONTH), iops(12_000)), Waste),
        (resource(storage("1", consumed_quantity=Decimal("23.9") / MONTH), iops(12_000)), Fine),
        (resource(storage("1", consumed_quantity=Decimal(5) / MONTH), iops(3000)), Waste),
        (resource(storage("1", consumed_quantity=None), iops(3000)), Unknown),
        (
            resource(each_day("EBS:VolumeUsage.io2", 3), iops(3000, meter="EBS:VolumeP-IOPS.io2")),
            Waste,
        ),
        (resource(each_day("EBS:VolumeUsage.gp3", 3), iops(3000, meter="EBS:VolumeP-IOPS.gp3")), Fine),
        (resource(each_day("Ultra LRS Provisioned IOPS", 3), cloud="azure"), Fine),
        (resource(each_day("Extreme PD IOPS", 3), cloud="gcp"), Fine),
    ],
)
def test_iops_that_outweigh_the_storage_and_that_gp3_sells_for_less_are_waste(thing, expected):
    assert isinstance(verdict(RULE, thing), expected)


def test_the_difference_to_gp3_is_saved_and_the_sentence_has_the_figures():
    found = waste(RULE, resource(storage("2"), iops(5500, cost="8")))
    left = (Decimal("0.08") * 2500 + 550) / 5500  # of what its IOPS cost now
    assert round(found.saves.fraction, 6) == round((2 * Decimal("0.35") + 8 * (1 - left)) / 10, 6)
    assert found.because == (
        "Its 5,500 provisioned IOPS cost 56.00 USD in the last 7 days, its storage 14.00; gp3 with as many IOPS and "
        "1,000 MiB/s costs 76 % less."
    )


def test_other_charges_of_the_volume_are_not_saved():
    alone = waste(RULE, resource(storage("2"), iops(5500, cost="8")))
    beside = waste(RULE, resource(storage("2"), iops(5500, cost="8"), each_day("EBS:Other", 1, cost="10")))
    assert round(beside.saves.fraction * 2, 9) == round(alone.saves.fraction, 9)

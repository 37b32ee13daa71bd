"""A disk whose speed costs more than its space."""

import pytest

from findings.registry import bill_rule
from findings.rule import UNTOLD, Fine, Unknown, Waste
from tests.findings.bill_rules.billed import each_day, resource, verdict, waste

RULE = bill_rule("bill_provisioned_iops")


def disk(speed, *, meter="EUC1-EBS:VolumeP-IOPS.io2", space="1", **given):
    return resource(each_day("EUC1-EBS:VolumeUsage.io2", 3, cost=space), each_day(meter, 100, cost=speed), **given)


@pytest.mark.parametrize(
    ("thing", "expected"),
    [
        (disk("1.5"), Waste),
        (disk("1.43", space="1.43"), Waste),
        (disk("1.42", space="0.5"), Fine),
        (disk("1.5", space="1.6"), Fine),
        (disk("1.5", known_days=13), Unknown),
        (disk("1.5", meter="RDS:PIOPS"), Waste),
        (disk("1.5", meter="Ultra LRS Provisioned IOPS", cloud="azure"), Waste),
        (disk("1.5", meter="Hyperdisk Extreme IOPS", cloud="gcp"), Waste),
        (resource(each_day("EBS:VolumeUsage.gp2", 3)), Fine),
    ],
)
def test_speed_that_costs_as_much_as_all_else_and_twenty_is_waste(thing, expected):
    assert isinstance(verdict(RULE, thing), expected)


def test_the_sentence_has_both_figures():
    found = waste(RULE, disk("2"))
    assert found.saves == UNTOLD
    assert found.because == "Provisioned speed cost 28.00 USD in the last 14 days, all else of it 14.00."

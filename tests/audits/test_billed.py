"""What rules read off a bill's lines."""

from decimal import Decimal

from audits.billed import standing
from tests.findings.bill_rules.billed import each_day


def test_what_stood_is_the_days_part_of_a_month_times_the_days_of_that_month():
    july = each_day("EBS:VolumeUsage.gp2", 1, days=19)
    june = each_day("EBS:VolumeUsage.gp2", 1, days=30, until=20)
    assert standing(july, days=19) == 31
    assert standing(june, days=30) == 30
    assert standing((*june, *july), days=49) == Decimal(30 * 30 + 19 * 31) / 49


def test_a_day_without_a_quantity_stands_for_nothing():
    assert standing(each_day("EBS:VolumeUsage.gp2", 1, days=2, consumed_quantity=None), days=2) == 0

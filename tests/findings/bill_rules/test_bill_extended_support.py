"""An old version under a surcharge."""

from decimal import Decimal

import pytest

from findings.registry import bill_rule
from findings.rule import Fine, Waste
from tests.findings.bill_rules.billed import each_day, resource, verdict, waste

RULE = bill_rule("bill_extended_support")


@pytest.mark.parametrize(
    ("thing", "expected"),
    [
        (resource(each_day("EUC1-ExtendedSupport:Yr1-Yr2:MySQL5.7", 24)), Waste),
        (resource(each_day("EUC1-AmazonEKS-Hours:extendedSupport", 24)), Waste),
        (resource(each_day("Extended Security Updates - 2 Core", 1), cloud="azure"), Waste),
        (resource(each_day("Cloud SQL for MySQL: Extended Support - vCPU", 24), cloud="gcp"), Waste),
        (resource(each_day("ExtendedSupport:Yr1-Yr2:MySQL5.7", 24, cost="0")), Fine),
        (resource(each_day("ExtendedSupport:Yr1-Yr2:MySQL5.7", 24, until=31, days=9)), Fine),
        (resource(each_day("InstanceUsage:db.m5.large", 24)), Fine),
    ],
)
def test_a_surcharge_of_the_last_month_is_waste(thing, expected):
    assert isinstance(verdict(RULE, thing), expected)


def test_the_surcharge_is_saved():
    found = waste(
        RULE,
        resource(each_day("InstanceUsage:db.m5.large", 24, cost="3"), each_day("ExtendedSupport:Yr1-Yr2:MySQL5.7", 24)),
    )
    assert found.saves.fraction == Decimal("0.25")
    assert found.because == ("Extended support cost 30.00 USD in the last 30 days: ExtendedSupport:Yr1-Yr2:MySQL5.7.")

"""A public address that is charged as used by nothing."""

from decimal import Decimal

import pytest

from findings.registry import bill_rule
from findings.rule import Fine, Unknown, Waste
from tests.findings.bill_rules.billed import each_day, resource, verdict, waste

RULE = bill_rule("bill_address_idle")
IDLE, IN_USE = "EUC1-PublicIPv4:IdleAddress", "EUC1-PublicIPv4:InUseAddress"
GOOGLE = {"cloud": "gcp", "resource_id": "//compute.googleapis.com/projects/1/regions/r/addresses/9"}


@pytest.mark.parametrize(
    ("thing", "expected"),
    [
        (resource(each_day(IDLE, 24)), Waste),
        (resource(each_day(IDLE, 23)), Waste),
        (resource(each_day(IDLE, "22.9")), Fine),
        (resource(each_day(IDLE, 24, until=2)), Fine),
        (resource(each_day(IDLE, 24, days=6)), Fine),
        (resource(each_day(IDLE, 24, days=7), each_day(IN_USE, 24, until=8)), Waste),
        (resource(each_day(IDLE, 24, cost="0")), Fine),
        (resource(each_day(IN_USE, 24)), Fine),
        (resource(each_day("ElasticIP:IdleAddress", 24)), Waste),
        (resource(each_day(IDLE, 24), known_days=6), Unknown),
        (resource(each_day(IDLE, 24), known_days=7), Waste),
        (resource(each_day(IDLE, 24, consumed_quantity=None)), Unknown),
        (resource(each_day("Static Ip Charge", 86400, consumed_unit="seconds"), **GOOGLE), Waste),
        (resource(each_day("Static Ip Charge", 43200, consumed_unit="seconds"), **GOOGLE), Fine),
        (resource(each_day("External IP Charge on a Standard VM", 24), **GOOGLE), Fine),
        (resource(each_day("Standard IPv4 Static Public IP", 24), cloud="azure"), Fine),
    ],
)
def test_idle_for_23_hours_on_each_day_of_a_week_is_waste(thing, expected):
    assert isinstance(verdict(RULE, thing), expected)


def test_what_its_idle_hours_cost_is_saved_and_the_sentence_has_the_figures():
    found = waste(RULE, resource(each_day(IDLE, 24, cost="0.12"), each_day("Other", 1, cost="0.04")))
    assert found.saves.fraction == Decimal("0.75")
    assert found.because == "Charged as used by nothing for 168 hours in the last 7 days, 24 or more on each of them."

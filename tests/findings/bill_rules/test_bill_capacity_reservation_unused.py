"""Reserved capacity in which no machine runs."""

from decimal import Decimal

import pytest

from findings.registry import bill_rule
from findings.rule import Fine, Unknown, Waste
from tests.findings.bill_rules.billed import each_day, resource, verdict, waste

RULE = bill_rule("bill_capacity_reservation_unused")
COMPUTE = "/subscriptions/s/resourcegroups/g/providers/microsoft.compute"
AZURE = {"cloud": "azure", "resource_id": f"{COMPUTE}/capacityreservationgroups/r/capacityreservations/c"}


def unused(hours, meter="EUC1-UnusedBox:m5.large", **more):
    return each_day(meter, hours, **more)


@pytest.mark.parametrize(
    ("thing", "expected"),
    [
        (resource(unused(24)), Waste),
        (resource(unused(23)), Waste),
        (resource(unused("22.9")), Fine),
        (resource(unused(48, until=2)), Fine),
        (resource(unused(48, days=13)), Fine),
        (resource(unused(24, "EUC1-UnusedDed:m5.large")), Waste),
        (resource(unused(24, "EUC1-Reservation:m5.large")), Fine),
        (resource(unused(24, "EUC1-BoxUsage:m5.large")), Fine),
        (resource(unused(24, cost="0")), Fine),
        (resource(unused(24), known_days=13), Unknown),
        (resource(unused(24, consumed_quantity=None)), Unknown),
        (resource(unused(24, "D2s v3"), **AZURE), Waste),
        (resource(unused(24, "D2s v3"), cloud="azure", resource_id=f"{COMPUTE}/virtualmachines/v"), Fine),
        (resource(unused(24), cloud="gcp"), Fine),
    ],
)
def test_a_whole_machine_unused_on_each_day_of_two_weeks_is_waste(thing, expected):
    assert isinstance(verdict(RULE, thing), expected)


def test_what_no_day_used_is_saved_and_the_sentence_has_the_figures():
    found = waste(RULE, resource(unused(24, days=7), unused(72, until=8)))
    assert found.saves.fraction == Decimal("0.5")
    assert found.because == "Charged for 672 unused instance hours in the last 14 days, 24 or more on each of them."

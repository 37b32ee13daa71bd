"""A machine that is charged around the clock, for four weeks, with no commitment."""

from decimal import Decimal

import pytest

from findings.registry import bill_rule
from findings.rule import Fine, Unknown, Waste
from tests.findings.bill_rules.billed import each_day, resource, verdict, waste

RULE = bill_rule("bill_instance_never_off")
MACHINE = "/subscriptions/s/resourcegroups/g/providers/microsoft.compute/virtualmachines/m"
DATABASE = "/subscriptions/s/resourcegroups/g/providers/microsoft.sql/managedinstances/m"


def hours(quantity=24, **more):
    return each_day("EUC1-BoxUsage:m5.large", quantity, **more)


def azure(meter="D2 v3/D2s v3", *, resource_id=MACHINE, service_name="Virtual Machines", unit="1 Hour", **more):
    charges = each_day(meter, 24, service_name=service_name, consumed_unit=unit, **more)
    return resource(charges, cloud="azure", resource_id=resource_id)


def off_on_sundays():
    return tuple(line for line in hours() if line.charge_date.weekday() != 6)


@pytest.mark.parametrize(
    ("thing", "expected"),
    [
        (resource(hours()), Waste),
        (resource(hours("23.5")), Waste),
        (resource(hours("23.4")), Fine),
        (resource(hours(48)), Fine),
        (resource(off_on_sundays()), Fine),
        (resource(hours(days=28)), Waste),
        (resource(hours(days=27)), Fine),
        (resource(hours(), known_days=28), Waste),
        (resource(hours(), known_days=27), Unknown),
        (resource(each_day("BoxUsage:m5.large", 24, consumed_quantity=None)), Unknown),
        (resource(hours(cost="0.9")), Waste),
        (resource(hours(cost="0.89")), Fine),
        (resource(hours(commitment_discount_id="plan")), Fine),
        (resource(hours(), each_day("", 1, days=1, commitment_discount_id="plan")), Fine),
        (resource(hours(pricing_category="Committed")), Fine),
        (resource(each_day("EUC1-SpotUsage:m5.large", 24)), Fine),
        (resource(each_day("EUC1-InstanceUsage:db.m5.large", 24)), Fine),
        (azure(), Waste),
        (azure(commitment_discount_id="r"), Fine),
        (azure("D2 v3/D2s v3 Spot"), Fine),
        (azure("D2 v3 Low Priority"), Fine),
        (azure(unit="1 GB"), Fine),
        (azure(service_name="Bandwidth"), Fine),
        (azure(resource_id=DATABASE), Fine),
        (resource(each_day("N1 Predefined Instance Core running in Frankfurt", 24), cloud="gcp"), Fine),
    ],
)
def test_every_hour_of_four_weeks_without_a_commitment_is_waste(thing, expected):
    assert isinstance(verdict(RULE, thing), expected)


def test_the_hours_of_night_and_weekend_are_saved_of_what_its_hours_cost():
    found = waste(RULE, resource(hours(cost="3"), each_day("DataTransfer-Out-Bytes", 1, cost="1")))
    assert found.saves.fraction == (1 - Decimal(60) / 168) * 84 / 112
    assert found.because == (
        "Charged for 24.0 hours on each of the last 28 days, weekends as weekdays: 84.00 USD without a commitment. "
        "An estimate: on for 60 of the 168 hours of a week it would cost 64 % less."
    )


def test_the_limits_are_settings():
    assert isinstance(verdict(RULE, resource(hours("23.4")), min_hours=23), Waste)
    assert waste(RULE, resource(hours()), on_hours_a_week=84).saves.fraction == Decimal("0.5")

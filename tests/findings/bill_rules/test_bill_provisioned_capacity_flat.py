"""Capacity that is charged day after day beside next to no use of it."""

from decimal import Decimal

import pytest

from findings.registry import bill_rule
from findings.rule import Fine, Unknown, Waste
from tests.findings.bill_rules.billed import each_day, resource, verdict, waste

RULE = bill_rule("bill_provisioned_capacity_flat")
SHARDS_CARRY = 10 * 24 * 147_456  # a day


def shards(count=10, **more):
    return each_day("EUC1-Storage-ShardHour", 24 * count, **more)


def puts(percent, **more):
    return each_day("EUC1-PutRequestPayloadUnits", Decimal(str(percent)) * SHARDS_CARRY / 100, cost="0.1", **more)


def concurrency(**more):
    return each_day("Lambda-Provisioned-Concurrency", 1000, **more)


def runs(quantity):
    return each_day("Lambda-Provisioned-GB-Second", quantity)


def units(count=4, **more):
    return each_day("Standard Throughput Unit", 24 * count, **more)


def events(millions):
    return each_day("Standard Ingress Events", millions)


@pytest.mark.parametrize(
    ("thing", "expected"),
    [
        (resource(shards(), puts("2")), Waste),
        (resource(shards(), puts("2.01")), Fine),
        (resource(shards()), Waste),
        (resource(shards(1)), Waste),
        (resource(shards(1), puts("0.01")), Fine),
        (resource(shards(), puts("50", until=15, days=5)), Waste),
        (resource(shards(days=14), shards(days=1, cost="0"), puts("1")), Fine),
        (resource(shards(days=13)), Fine),
        (resource(shards(cost="0.40"), puts("1")), Waste),
        (resource(shards(cost="0.39"), puts("1")), Fine),
        (resource(shards(0)), Fine),
        (resource(shards(), known_days=14), Waste),
        (resource(shards(), known_days=13), Unknown),
        (resource(shards(), each_day("PutRequestPayloadUnits", 1, consumed_quantity=None)), Unknown),
        (resource(each_day("Storage-ShardHour", 240, consumed_quantity=None)), Unknown),
        (resource(puts("1")), Fine),
        (resource(each_day("ReadCapacityUnit-Hrs", 2400)), Fine),
        (resource(concurrency(), runs(20)), Waste),
        (resource(concurrency(), runs(21)), Fine),
        (resource(units(), events("0.1"), cloud="azure"), Waste),
        (resource(units(), events("0.12"), cloud="azure"), Fine),
        (resource(units(1), events("0.001"), cloud="azure"), Fine),
        (resource(units()), Fine),
        (resource(shards(), cloud="gcp"), Fine),
    ],
)
def test_flat_capacity_of_which_a_fiftieth_is_used_is_waste(thing, expected):
    assert isinstance(verdict(RULE, thing), expected)


def test_all_but_the_least_that_is_always_there_is_saved():
    found = waste(RULE, resource(shards(), puts("1")))
    assert found.saves.fraction == Decimal("0.9") * 14 / Decimal("15.4")
    assert found.because == (
        "Charged 14.00 USD for 3,360 shard-hours in the last 14 days, as many each day; "
        "1.0 % of what they carry was used."
    )


def test_all_of_the_capacity_is_saved_where_nothing_is_sent():
    assert waste(RULE, resource(shards())).saves.fraction == 1


def test_the_limit_is_a_setting():
    assert isinstance(verdict(RULE, resource(shards(), puts("1")), max_percent=0.5), Fine)

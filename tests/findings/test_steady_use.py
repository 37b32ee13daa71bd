"""What runs around the clock at full price, a resource at a time."""

from __future__ import annotations

from decimal import Decimal

import pytest

from findings.steady_use import SteadyUses
from tests.findings.bill_rules.billed import each_day, resource
from tests.findings.bill_rules.steady import (
    COMPUTE,
    DATABASE,
    MACHINE,
    PLAN,
    RDS,
    covered,
    idle,
    running,
    use,
    uses,
)  # fmt: skip

EC2 = {"service_name": COMPUTE}


@pytest.mark.parametrize(
    ("thing", "is_counted"),
    [
        (running(), True),
        (running(hours=48), True),
        (running(hours=23.6), True),
        (running(hours=23.4), False),
        (running(hours=12), False),
        (running(hours=36), False),
        (running(days=29), False),
        (running(days=30), True),
        (running(until=2), False),
        (running(charge_days=30), False),
        (running(consumed_quantity=None), False),
        (running(commitment_discount_id=PLAN), False),
        (running(meter="EUC1-SpotUsage:m5.large"), False),
        (running(meter="EUC1-DedicatedUsage:m5.large"), False),
        (running(meter="EUC1-EBS:VolumeUsage.gp3"), False),
        (running(service="Amazon Managed Streaming for Apache Kafka"), False),
        (resource(each_day(MACHINE, 24, **EC2), known_days=29), False),
        (resource(each_day(MACHINE, 24, **EC2), cloud="azure"), False),
        (resource(each_day(MACHINE, 24, **EC2), each_day("EUC1-DataTransfer-Out-Bytes", 3)), True),
    ],
)
def test_only_what_was_on_in_every_hour_of_the_window_counts(thing, is_counted):
    assert [one.count for one in uses(thing)] == [1] * is_counted


def test_a_day_on_which_more_ran_is_no_more_around_the_clock():
    lines = (each_day(MACHINE, 24, **EC2), each_day(MACHINE, 24, days=1, until=5, **EC2))
    assert uses(resource(*lines)) == []


def test_what_a_commitment_covers_for_a_part_of_the_day_leaves_nothing_to_buy_for():
    lines = (each_day(MACHINE, 10, **EC2), each_day(MACHINE, 14, commitment_discount_id=PLAN, **EC2))
    assert uses(resource(*lines)) == []


@pytest.mark.parametrize("quantity", [None, Decimal(24)])
def test_a_contract_s_discount_is_taken_off_the_cost_and_is_no_further_use(quantity):
    off = each_day(MACHINE, 24, cost="-0.24", **EC2, consumed_quantity=quantity)
    one = resource(each_day(MACHINE, 24, cost="2.4", list_cost=Decimal("2.4"), **EC2), off, service_name=COMPUTE)
    found = use(one, covered("0.06"))
    assert (found.count, found.hourly, found.hourly_at_rates) == (1, Decimal("0.09"), Decimal("0.06"))
    assert round(found.saved_fraction, 4) == Decimal("0.3333")


def test_a_use_without_a_quantity_is_not_told():
    assert SteadyUses.is_untold(running(consumed_quantity=None))
    assert not SteadyUses.is_untold(running())
    assert not SteadyUses.is_untold(running(consumed_quantity=None, cost="-1"))


def test_machines_stand_together_and_what_is_reserved_by_region_and_family():
    found = uses(
        running(), running("i-2", meter="BoxUsage:c5.large"),
        running("db-1", service=RDS, meter=DATABASE), running("db-2", service=RDS, meter="EUC1-Multi-AZUsage:db.m5.xlarge"),
        running("db-3", service=RDS, meter="EUC1-InstanceUsage:db.r5.large"),
    )  # fmt: skip
    assert [(one.resource_id, one.count) for one in found] == [
        (f"{COMPUTE} around the clock", 2),
        (f"{RDS} db.m5 around the clock", 2),
        (f"{RDS} db.r5 around the clock", 1),
    ]


def test_what_it_costs_an_hour_is_that_of_what_is_left():
    found = use(running(), running("i-2"), wasted=(running("i-3"),))
    assert (found.hourly, found.taken_off_hourly) == (Decimal("0.2"), Decimal("0.1"))
    assert len(found.charges) == 30


@pytest.mark.parametrize(
    ("others", "fraction"),
    [
        ([covered("0.06")], "0.4"),
        ([covered("0.06"), covered("0.08")], "0.3"),
        ([covered("0.12")], "0"),
        ([covered(meter="BoxUsage:c5.large")], None),
        ([covered(listed="4.8")], None),  # Windows
        ([covered(by="arn:aws:ec2:eu-central-1:1:reserved-instances/one")], None),  # no plan
        ([covered(by="arn:aws:savingsplans::1:savingsplan/of-a-family")], None),
        ([], None),
    ],
)
def test_the_rate_is_that_of_the_same_meter_at_the_same_list_price(others, fraction):
    found = use(running(), *others).saved_fraction
    assert found == (None if fraction is None else Decimal(fraction))


def test_a_meter_without_a_rate_saves_nothing():
    assert use(running(), running("i-2", meter="BoxUsage:c5.large"), covered("0.06")).saved_fraction == Decimal("0.2")


@pytest.mark.parametrize(
    ("things", "hourly"),
    [
        ([running(), running("i-2"), covered("0.06")], "0.12"),
        ([running(), running("i-2", meter="BoxUsage:c5.large"), covered("0.06")], None),
        ([running()], None),
    ],
)
def test_a_commitment_is_counted_at_its_own_rates_where_each_meter_has_one(things, hourly):
    assert use(*things).hourly_at_rates == (None if hourly is None else Decimal(hourly))


@pytest.mark.parametrize(
    ("one", "is_told"),
    [
        (idle(), True),
        (idle(unused="0.4"), False),
        (idle("arn:aws:ec2:eu-central-1:1:reserved-instances/one"), True),
        (idle("arn:aws:rds:eu-central-1:1:ri:one"), False),
        (idle("one"), False),
    ],
)
def test_a_commitment_that_would_cover_it_and_lies_idle_is_named(one, is_told):
    assert use(running(), commitments=[one]).unused == (one.resource_id,) * is_told

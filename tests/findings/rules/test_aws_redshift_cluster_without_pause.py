"""A Redshift cluster may be paused in hours of the week in which, for a month, nobody was connected."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from audits.evidence import HOURS, Evidence, SeriesRow, usage_from
from connections.resources.thing import HOUR
from findings.prices import table
from findings.registry import rule
from findings.rule import Fine, Unknown, Waste
from findings.savings import monthly_saving
from tests.findings.evidence import TODAY, ago, bill, waste
from tests.findings.warehouse_days import SALES

RULE = rule("aws_redshift_cluster_without_pause")
WORK = {(day, hour) for day in range(5) for hour in range(8, 18)}
EVERY = {(day, hour) for day in range(7) for hour in range(HOURS)}


def weeks(used, *, days=28, missing=(), first_week=0):
    """Twelve connections in the `used` (weekday, hour) from `first_week` on, none else, no data in the `missing`."""
    first = TODAY - timedelta(days=days)
    places = [((first + timedelta(days=at // HOURS)).weekday(), at % HOURS) for at in range(days * HOURS)]
    since = first_week * 7 * HOURS
    values = [
        None if at in missing else 12.0 if place in used and at >= since else 0.0 for at, place in enumerate(places)
    ]
    return usage_from([SeriesRow("DatabaseConnections", "Maximum", HOUR, first, values)], until=TODAY)


@pytest.mark.parametrize(
    ("changed", "seen", "verdict"),
    [
        ({}, weeks(WORK), Waste),
        ({"node_count": 1}, weeks(WORK), Waste),
        ({}, weeks(EVERY), Fine),
        ({}, weeks(set()), Fine),
        ({}, weeks({(2, 4)}), Fine),
        ({}, weeks({place for place in EVERY if place[1] % 4 == 0}), Fine),
        ({}, weeks(WORK, first_week=1), Fine),
        ({}, weeks({(5, hour) for hour in range(HOURS)}, first_week=3), Fine),
        ({"schedules": ("pause", "resume")}, weeks(WORK), Fine),
        ({"schedules": ("resize",)}, weeks(WORK), Fine),
        ({"is_multi_az": True}, weeks(WORK), Fine),
        ({"is_shared": True}, weeks(WORK), Fine),
        ({"state": "paused"}, weeks(WORK), Fine),
        ({"created_at": ago(9)}, weeks(WORK, days=9), Fine),
        ({"is_shared": None}, weeks(EVERY), Fine),
        ({"is_shared": None}, weeks(WORK), Unknown),
        ({"schedules": None}, weeks(WORK), Unknown),
        ({}, weeks(WORK, missing={40}), Unknown),
        ({}, weeks(WORK, days=27), Unknown),
        ({}, usage_from([], until=TODAY), Unknown),
        ({"created_at": None}, usage_from([], until=TODAY), Unknown),
    ],
)
def test_it_may_be_paused_in_what_no_week_used(changed, seen, verdict):
    assert isinstance(RULE.ask(replace(SALES, **changed), usage=seen, settings={}), verdict)


def test_it_says_the_hours_and_saves_their_share_of_its_nodes():
    found = waste(RULE, SALES, seen=weeks(WORK))
    assert found.because == (
        "4 nodes of ra3.xlplus: in the last 28 days anybody was connected Mon to Fri 08-18 (UTC) at most, and nobody in "
        "the other 118 hours that lie 4 or more together. No schedule pauses it."
    )
    evidence = Evidence(thing=SALES, usage=weeks(WORK), bill=bill(cost="16.8", usage_type="Node:ra3.xlplus"))
    saving = monthly_saving(saves=found.saves, evidence=evidence, listed=table("aws"))
    assert round(saving.monthly) == round(Decimal(118) / 10 * Decimal("30.4375"))


def test_how_many_hours_are_worth_it_is_a_setting():
    assert isinstance(RULE.ask(SALES, usage=weeks(WORK), settings={"least_hours": 119}), Fine)

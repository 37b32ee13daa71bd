"""Hours of the week are off where a month of them saw no use, and there are many that lie together."""

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
from findings.weekly_hours import WEEK, off_hours, told, used_hours
from tests.findings.evidence import TODAY, ago, bill, waste
from tests.findings.machine_days import LARGE

RULE = rule("aws_ec2_instance_off_hours")
WORK = {(day, hour) for day in range(5) for hour in range(8, 18)}
DAILY = {(day, 3) for day in range(7)}
EVERY = {(day, hour) for day in range(7) for hour in range(HOURS)}


def weeks(used, *, days=28, missing=(), network_of=None, quiet=1.0):
    """CPU of 60 % in the `used` (weekday, hour), 1 % else; no data in the `missing` hours of the window."""
    first = TODAY - timedelta(days=days)
    places = [((first + timedelta(days=at // HOURS)).weekday(), at % HOURS) for at in range(days * HOURS)]
    cpu = [None if at in missing else 60.0 if place in used else quiet for at, place in enumerate(places)]
    network = [9e6 if place in (network_of or ()) else 1e4 for place in places]
    rows = [SeriesRow("CPUUtilization", "Maximum", HOUR, first, cpu)]
    rows += [SeriesRow(name, "Sum", HOUR, first, network) for name in ("NetworkIn", "NetworkOut")]
    return usage_from(rows, until=TODAY)


@pytest.mark.parametrize(
    ("changed", "seen", "verdict"),
    [
        ({}, weeks(WORK), Waste),
        ({}, weeks(WORK | DAILY), Waste),
        ({}, weeks(EVERY), Fine),
        ({}, weeks(set()), Fine),
        ({}, weeks({(1, 4)}), Fine),
        ({}, weeks({place for place in EVERY if place[1] % 4 == 0}), Fine),
        ({}, weeks(WORK, network_of=EVERY), Fine),
        ({}, weeks(WORK, quiet=5.0), Fine),
        ({}, weeks(WORK, missing={40}), Unknown),
        ({}, weeks(EVERY, missing={40}), Fine),
        ({}, weeks(WORK, days=27), Unknown),
        ({}, usage_from([], until=TODAY), Unknown),
        ({"launched_at": ago(3)}, usage_from([], until=TODAY), Fine),
        ({"launched_at": None}, usage_from([], until=TODAY), Unknown),
        ({"state": "stopped"}, weeks(WORK), Fine),
        ({"lifecycle": "spot"}, weeks(WORK), Fine),
        ({"autoscaling_group": "web"}, weeks(WORK), Fine),
        ({"tags": {"eks:cluster-name": "a"}}, weeks(WORK), Fine),
        ({"tags": {"kubernetes.io/cluster/shop": "owned"}}, weeks(WORK), Fine),
        ({"operator": "eks.amazonaws.com"}, weeks(WORK), Fine),
        ({"instance_type": "t3.large"}, weeks(WORK), Waste),
        ({"instance_type": "m6g.12xlarge"}, weeks(WORK), Waste),
        ({"instance_type": "m6g.12xlarge"}, weeks(WORK, quiet=1.1), Fine),
        ({"instance_type": "m6g.12xlarge", "vcpus": 24}, weeks(WORK, quiet=1.1), Waste),
        ({"instance_type": "g4dn.xlarge"}, weeks(WORK), Fine),
        ({"instance_type": "g4dn.xlarge"}, usage_from([], until=TODAY), Fine),
        ({"instance_type": "m5d.large"}, weeks(WORK), Unknown),
        ({"instance_type": "m5d.large"}, weeks(EVERY), Fine),
        ({"instance_type": "m5d.large", "state": "stopped"}, weeks(WORK), Fine),
        ({"instance_type": "g3.4xlarge"}, weeks(WORK), Unknown),
        ({"instance_type": "g3.4xlarge"}, weeks(EVERY), Fine),
    ],
)
def test_a_machine_is_off_hours_in_what_no_week_used(changed, seen, verdict):
    assert isinstance(RULE.ask(replace(LARGE, **changed), usage=seen, settings={}), verdict)


def test_one_use_in_four_weeks_keeps_its_hour():
    once = weeks(WORK)
    cpu = list(once.hourly["CPUUtilization.Maximum.hourly"].values)
    cpu[3] = 50.0
    row = SeriesRow("CPUUtilization", "Maximum", HOUR, TODAY - timedelta(days=28), cpu)
    seen = replace(once, hourly=once.hourly | usage_from([row], until=TODAY).hourly)
    assert "116 hours" not in waste(RULE, LARGE, seen=once).because
    assert "03-04" in waste(RULE, LARGE, seen=seen).because


def test_it_says_the_hours_in_utc_and_saves_their_share_of_the_machine_alone():
    found = waste(RULE, LARGE, seen=weeks(WORK))
    assert "it was used Mon to Fri 08-18 (UTC) at most; in the other 118 hours" in found.because
    evidence = Evidence(thing=LARGE, usage=weeks(WORK), bill=bill(cost="7.2", usage_type="BoxUsage:m6g.2xlarge"))
    saving = monthly_saving(saves=found.saves, evidence=evidence, listed=table("aws"))
    assert saving.monthly == pytest.approx(Decimal("7.2") * Decimal("30.4375") * 118 / 168, abs=Decimal("0.001"))


def test_on_many_processors_half_of_one_is_use_and_the_finding_says_how_much_that_is():
    assert (
        "CPU never reached 1.04 %"
        in waste(RULE, replace(LARGE, instance_type="m6g.12xlarge"), seen=weeks(WORK)).because
    )
    assert "CPU never reached 5 %" in waste(RULE, LARGE, seen=weeks(WORK)).because


def test_how_many_hours_are_worth_it_is_a_setting():
    assert isinstance(RULE.ask(LARGE, usage=weeks(WORK), settings={"least_hours": 119}), Fine)


@pytest.mark.parametrize(
    ("used", "off"),
    [
        (range(WEEK), 0),
        ((), WEEK),
        ((0,), 167),
        ((0, 4), 163),
        ((0, 3, 8), 163),
        (range(10, 160), 18),
        ((5, 167), 166),
        ((1, 167), 165),
    ],
)
def test_short_breaks_do_not_count_and_sunday_night_runs_into_monday(used, off):
    assert off_hours([hour in set(used) for hour in range(WEEK)], shortest=4) == off


def test_hours_are_those_of_their_weekday_wherever_the_window_begins():
    tuesday = TODAY - timedelta(days=(TODAY.weekday() - 1) % 7)
    assert tuesday.weekday() == 1
    assert used_hours([True] + [False] * 47, until=tuesday).index(True) == 6 * HOURS


@pytest.mark.parametrize(
    ("used", "words"),
    [
        (WORK, "Mon to Fri 08-18"),
        (WORK | {(5, 9), (5, 23)}, "Mon to Fri 08-18, Sat 09-10 and 23-24"),
        (EVERY, "Mon to Sun 00-24"),
        ({(2, 0)}, "Wed 00-01"),
    ],
)
def test_the_used_hours_are_told_by_day(used, words):
    assert told([divmod(hour, HOURS) in used for hour in range(WEEK)]) == words

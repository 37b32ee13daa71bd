"""Services that keep their tasks when nobody needs them."""

from dataclasses import replace
from datetime import timedelta

import pytest

from audits.evidence import HourlySeries, Usage
from findings.registry import rule
from findings.rule import UNTOLD, Fine, Unknown, Waste
from tests.findings.evidence import TODAY, ago, waste
from tests.findings.rules.container_service import MODEST

RULE = rule("aws_ecs_service_without_autoscaling")
FIXED = replace(MODEST, desired_count=6, scaling=())
WORKDAY = [4.0] * 8 + [40.0] * 16  # at a quarter of the busiest hour and below for eight
SUNDAY = [4.0] * 24


def seen(*days):
    """Days by their 24 hours, oldest first."""
    values = tuple(hour for day in days for hour in day)
    hourly = HourlySeries(first_date=TODAY - timedelta(days=len(days)), values=values)
    return Usage(until=TODAY, hourly={"CPUUtilization.Average.hourly": hourly})


FORTNIGHT = seen(*([WORKDAY] * 5 + [SUNDAY] * 2) * 2)
LATE = [None, *WORKDAY[1:]]


@pytest.mark.parametrize(
    ("changed", "usage", "verdict"),
    [
        ({}, FORTNIGHT, Waste),
        ({"desired_count": 4}, FORTNIGHT, Waste),
        ({"is_measured": False, "target_groups": ()}, FORTNIGHT, Waste),
        ({}, seen(*[SUNDAY] * 9, *[WORKDAY] * 5), Waste),
        ({}, seen(*[[30.0] * 16 + [7.5] * 8] * 14), Waste),
        ({}, seen(*[WORKDAY] * 13, [4.0] * 7 + [40.0] * 17), Fine),
        ({}, seen(*[WORKDAY] * 13, [10.1] * 8 + [40.0] * 16), Fine),
        ({}, seen([4.0] * 7 + [40.0] * 17, *[LATE] * 13), Fine),
        ({}, seen(*[[4.0] * 8 + [29.9] * 16] * 14), Fine),
        ({}, seen(*[SUNDAY] * 10, *[WORKDAY] * 4), Fine),
        ({}, seen(*[SUNDAY] * 14), Fine),
        ({"desired_count": 3}, FORTNIGHT, Fine),
        ({"scaling": (2, 12)}, FORTNIGHT, Fine),
        ({"launch": "EC2"}, FORTNIGHT, Fine),
        ({"scheduling": "DAEMON"}, FORTNIGHT, Fine),
        ({"state": "DRAINING"}, FORTNIGHT, Fine),
        ({"created_at": ago(13)}, seen(*[WORKDAY] * 13), Fine),
        ({"scaling": None}, seen(*[[20.0] * 8 + [40.0] * 16] * 14), Fine),
        ({"scaling": None}, FORTNIGHT, Unknown),
        ({}, seen(*[WORKDAY] * 13), Unknown),
        ({}, seen(*[WORKDAY] * 13, LATE), Unknown),
        ({}, Usage(until=TODAY), Unknown),
    ],
)
def test_tasks_are_kept_for_nobody_where_every_busy_day_has_eight_quiet_hours_and_nothing_scales(
    changed, usage, verdict
):
    assert isinstance(RULE.ask(replace(FIXED, **changed), usage=usage, settings={}), verdict)


def test_the_sentence_counts_tasks_days_and_hours_and_no_money():
    found = waste(RULE, FIXED, seen=FORTNIGHT)
    assert found.saves == UNTOLD
    assert found.because == (
        "6 tasks at the time of the audit, and nothing scales them: on each of the 10 of the last 14 days on which its "
        "CPU reached 30 % in an hour, it lay at a quarter of that hour's or below for 8 hours and more."
    )


@pytest.mark.parametrize(
    ("settings", "verdict"),
    [
        ({"quiet_hours": 9}, Fine),
        ({"busy_percent": 41}, Fine),
        ({"least_tasks": 7}, Fine),
        ({"idle_days": 15}, Unknown),
    ],
)
def test_what_counts_is_a_setting(settings, verdict):
    assert isinstance(RULE.ask(FIXED, usage=FORTNIGHT, settings=settings), verdict)

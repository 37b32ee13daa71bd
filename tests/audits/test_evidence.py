"""What a rule may see of usage."""

from datetime import date, timedelta

import pytest

from audits.evidence import DailySeries, SeriesRow, Usage, usage_from
from connections.resources import Metric
from connections.resources.thing import HOUR

UNTIL = date(2026, 7, 20)
METRIC = Metric(name="DatabaseConnections", statistic="Maximum", unit="connections")


def read(*, first_days_ago, days):
    series = DailySeries(first_date=UNTIL - timedelta(days=first_days_ago), values=(None,) * days)
    return Usage(until=UNTIL, series={METRIC.key: series})


@pytest.mark.parametrize(
    ("usage", "was_read"),
    [
        (read(first_days_ago=14, days=14), True),
        (read(first_days_ago=30, days=30), True),
        (read(first_days_ago=30, days=29), False),
        (read(first_days_ago=13, days=13), False),
        (read(first_days_ago=14, days=15), True),
        (Usage(until=UNTIL), False),
    ],
)
def test_a_day_without_data_was_read_where_the_series_holds_it_and_was_not_where_it_does_not(usage, was_read):
    assert usage.was_read(METRIC, days=14) == was_read


CPU = Metric(name="CPUUtilization", statistic="Maximum", unit="%", period_seconds=HOUR)
FIRST_DAY, SECOND_DAY = [float(hour) for hour in range(24)], [50.0] * 23 + [None]


def stored(metric, values, *, first_days_ago):
    first_date = UNTIL - timedelta(days=first_days_ago)
    return SeriesRow(metric.name, metric.statistic, metric.period_seconds, first_date, values)


def test_hours_come_by_the_day_from_midnight_on_and_what_is_outside_is_not_known():
    usage = usage_from([stored(CPU, FIRST_DAY + SECOND_DAY, first_days_ago=2)], until=UNTIL)
    assert usage.hours(CPU, days=2) == (*FIRST_DAY, *SECOND_DAY)
    assert usage.hours(CPU, days=3)[:25] == (*[None] * 24, 0.0)
    assert Usage(until=UNTIL).hours(CPU, days=1) == (None,) * 24


@pytest.mark.parametrize(("statistic", "of_day"), [("Maximum", 23), ("Minimum", 0), ("Sum", 276), ("Average", 11.5)])
def test_an_hourly_series_has_its_days_too_and_a_day_that_lacks_an_hour_is_not_known(statistic, of_day):
    metric = Metric(name="CPUUtilization", statistic=statistic, unit="%", period_seconds=HOUR)
    usage = usage_from([stored(metric, FIRST_DAY + SECOND_DAY, first_days_ago=2)], until=UNTIL)
    assert usage.days(metric, days=2) == (of_day, None)
    assert usage.was_read(metric, days=2)


def test_series_that_were_stored_before_there_were_periods_read_as_days():
    usage = usage_from([stored(METRIC, [1.0, None, 3.0], first_days_ago=3)], until=UNTIL)
    assert usage.days(METRIC, days=3) == (1.0, None, 3.0)
    assert usage.hourly == {}


def test_the_highest_is_told_only_where_every_day_is_known():
    usage = usage_from([stored(METRIC, [9.0, None, 3.0, 4.0], first_days_ago=4)], until=UNTIL)
    assert (usage.highest(METRIC, days=2), usage.highest(METRIC, days=3)) == (4.0, None)


@pytest.mark.parametrize("statistic", ["average", "p100", "p0", "p9.5", ""])
def test_a_statistic_that_no_provider_answers_is_refused(statistic):
    with pytest.raises(ValueError, match="no statistic"):
        Metric(name="CPUUtilization", statistic=statistic, unit="%")


def test_a_period_that_is_neither_a_day_nor_an_hour_is_refused():
    with pytest.raises(ValueError, match="period"):
        Metric(name="CPUUtilization", statistic="Maximum", unit="%", period_seconds=300)


SILENT = Metric(name="BytesProcessed", statistic="Sum", unit="bytes", is_silent_at_zero=True)


def told(values, *, metric=SILENT):
    series = DailySeries(first_date=UNTIL - timedelta(days=len(values)), values=values)
    return Usage(until=UNTIL, series={metric.key: series})


@pytest.mark.parametrize(
    ("usage", "days"),
    [
        (told((None, None, 7.0)), (0.0, 0.0, 7.0)),
        (told((None, None, None)), (0.0, 0.0, 0.0)),
        (told((3.0, None)), (None, 3.0, 0.0)),
        (told(()), (None, None, None)),
        (Usage(until=UNTIL), (None, None, None)),
    ],
)
def test_of_a_metric_that_is_silent_at_zero_a_day_that_was_read_is_zero_and_another_is_not_known(usage, days):
    assert usage.days(SILENT, days=3) == days
    assert usage.total(SILENT, days=3) == days


def test_of_any_other_metric_a_day_without_data_is_not_known():
    assert told((None, 2.0), metric=METRIC).days(METRIC, days=2) == (None, 2.0)

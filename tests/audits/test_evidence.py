"""What a rule may see of usage."""

from datetime import date, timedelta

import pytest

from audits.evidence import DailySeries, Usage
from connections.resources import Metric

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

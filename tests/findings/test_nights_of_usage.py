"""What many nights read of a series, with pauses between them and windows that change: no day unasked passes for zero."""

import datetime as dt
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audits.evidence import SeriesRow, usage_from
from audits.record import merged
from connections.provider import Series
from connections.providers.aws.metrics import first_to_ask
from connections.resources.thing import DAY, HOUR, KEPT_DAYS
from findings.registry import rule
from findings.rule import Unknown, Waste
from findings.rules.aws.aws_kinesis_stream_idle import PUT, READ
from tests.findings.rules.test_aws_kinesis_stream_idle import WASTEFUL

A_DAY = dt.timedelta(days=1)
JULY = dt.date(2026, 7, 1)
STREAM = replace(WASTEFUL, created_at=dt.datetime(2025, 1, 1, tzinfo=dt.UTC))


class Stored:
    """One silent series as nights leave it, and the days for which they asked."""

    def __init__(self, metric=PUT):
        self.metric, self.row, self.asked = metric, None, set()

    def night(self, until, *, days):
        """Read the last `days` days before `until`, of which there is no data."""
        a_day = self.metric.values_a_day
        span = self.row and (self.row[0], self.row[0] + A_DAY * (len(self.row[1]) // a_day))
        first = first_to_ask(span, metric=self.metric, start=until - days * A_DAY, until=until)
        read = [first + number * A_DAY for number in range((until - first).days)]
        if read:
            self.asked.update(read)
            new = Series(
                resource_id=STREAM.resource_id,
                metric=self.metric,
                first_date=first,
                values=(None,) * len(read) * a_day,
            )
            self.row = merged(self.row, new)
        return read

    def days(self):
        """The days that the row holds."""
        first, values = self.row
        return {first + number * A_DAY for number in range(len(values) // self.metric.values_a_day)}

    def as_row(self):
        return SeriesRow(self.metric.name, self.metric.statistic, self.metric.period_seconds, *self.row)


def verdict(*stored, until, idle_days):
    usage = usage_from([one.as_row() for one in stored], until=until)
    observed = dt.datetime.combine(until, dt.time(9), tzinfo=dt.UTC)
    return rule("aws_kinesis_stream_idle").judge(
        replace(STREAM, observed_at=observed), usage=usage, idle_days=idle_days
    )


def test_a_stream_is_not_called_idle_over_a_pause_in_which_nobody_asked():
    put, read = Stored(PUT), Stored(READ)
    until = dt.date(2026, 9, 12)
    for one in (put, read):
        one.night(JULY + 14 * A_DAY, days=14)
        assert one.night(until, days=14)[0] == JULY + 14 * A_DAY
        assert one.night(until, days=60) == []
        assert one.days() == one.asked
    assert isinstance(verdict(put, read, until=until, idle_days=60), Waste)


def test_usage_that_could_not_be_read_over_a_pause_leaves_days_unknown_and_not_zero():
    put, read = Stored(PUT), Stored(READ)
    until = dt.date(2026, 9, 12)
    for one in (put, read):
        one.night(JULY + 14 * A_DAY, days=14)
        new = Series(resource_id="", metric=one.metric, first_date=until - 14 * A_DAY, values=(None,) * 14)
        one.row = merged(one.row, new)  # whoever asked left days out
    assert isinstance(verdict(put, read, until=until, idle_days=14), Waste)
    assert isinstance(verdict(put, read, until=until, idle_days=60), Unknown)
    assert put.night(until, days=60)[0] == until - 60 * A_DAY


@pytest.mark.parametrize(("period", "pause"), [(DAY, 386), (DAY, 700), (HOUR, 21), (HOUR, 90)])
def test_what_is_older_than_is_kept_is_not_asked_for(period, pause):
    stored, kept = Stored(replace(PUT, period_seconds=period)), KEPT_DAYS[period]
    stored.night(JULY, days=14)
    until = JULY + (pause + 14) * A_DAY
    assert stored.night(until, days=14)[0] == max(JULY, until - kept * A_DAY)
    assert len(stored.days()) == min(kept, pause + 28)
    assert stored.days() <= stored.asked


@given(
    period=st.sampled_from([DAY, HOUR]),
    nights=st.lists(st.tuples(st.integers(0, 450), st.integers(1, 400)), min_size=1, max_size=8),
)
def test_a_stored_series_holds_the_whole_window_and_no_day_that_was_not_asked_for(period, nights):
    stored, until = Stored(replace(PUT, period_seconds=period)), JULY
    for later, window in nights:
        until, days = until + later * A_DAY, min(window, KEPT_DAYS[period])
        stored.night(until, days=days)
        assert stored.days() <= stored.asked
        assert {until - number * A_DAY for number in range(1, days + 1)} <= stored.days()
        assert stored.night(until, days=days) == []

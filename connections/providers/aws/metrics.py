"""Usage from CloudWatch by the day or the hour: 500 series a request, complete days only, and no data is never zero.

AWS says that up to five statistics of one metric in one request are billed as one; people who compared their bill found
each statistic billed. So the statistics of one metric go into one request, and each is counted as if it were billed.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING, Any

from connections.provider import Collected, Series, Unlimited, usage_complete_until
from connections.providers.aws import calls
from connections.providers.aws.inventory import place_of
from connections.providers.aws.outcomes import code_of, outcome_of, sentence_of
from connections.providers.aws.reader import FAILURES, Reader
from connections.resources.thing import KEPT_DAYS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from connections.provider import Purse
    from connections.providers.aws.session import AwsSession
    from connections.resources import Metric, Thing

BATCH, BATCH_POINTS = 500, 100_800  # series in one GetMetricData, and values in one page of its answer
USD_PER_METRIC = Decimal(repr(calls.GET_METRIC_DATA.usd_per_1000)) / 1000
UNLIMITED = Unlimited()


@dataclass(frozen=True, kw_only=True)
class _Wanted:
    """One series to ask for."""

    thing: Thing
    place: tuple[str, tuple[tuple[str, str], ...]]
    metric: Metric
    first_date: date
    region: str = ""  # where it is kept, if that is not the region that is read

    def query(self, identifier: str) -> dict[str, Any]:
        namespace, dimensions = self.place
        return {
            "Id": identifier,
            "MetricStat": {
                "Metric": {
                    "Namespace": namespace,
                    "MetricName": self.metric.name,
                    "Dimensions": [{"Name": name, "Value": value} for name, value in dimensions],
                },
                "Period": self.metric.period_seconds,
                "Stat": self.metric.statistic,
            },
            "ReturnData": True,
        }

    def length(self, until: date) -> int:
        """How many values there are of it."""
        return (until - self.first_date).days * self.metric.values_a_day


@dataclass(kw_only=True)
class _Answer:
    values: dict[int, float] = field(default_factory=dict)
    status: str = "Missing"


class _Tally:
    """Counts series that were answered, from several threads: those are what AWS charges for."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.count = 0

    def add(self, count: int) -> None:
        with self._lock:
            self.count += count


def read_usage(
    *,
    session: AwsSession,
    region: str,
    things: Iterable[Thing],
    series_of: Callable[[Thing], Mapping[Metric, int]],
    at: datetime,
    known: Mapping[tuple[str, str], tuple[date, date]] | None = None,
    purse: Purse = UNLIMITED,
) -> Collected:
    """Read what rules ask for: `series_of` says of a resource which metrics, and how many complete days back from `at`.

    `known` says by resource id and metric key from which day on we have values, and which is the first day without:
    only what is missing is asked for, without a day left out between, the whole of it where the beginning is missing;
    only that is in the returned series.
    Series that `purse` has nothing left for are not asked for and leave a CAPPED gap. A day or hour without data is
    None. Series that could not be read are left out, and a gap says so.
    """
    until = usage_complete_until(at)
    wanted = list(_wanted(things, series_of, until=until, known=known or {}))
    reader = Reader(session=session, region=region, service="cloudwatch", at=at)
    granted = purse.take(len(wanted), usd_each=USD_PER_METRIC) if wanted else 0
    asked, left_out = wanted[:granted], wanted[granted:]
    if left_out:
        reader.gap(calls.GET_METRIC_DATA, reason="CAPPED", message=_capped(len(left_out), len(wanted)))
    answered = _Tally()
    try:
        batches = (partial(_read, reader, session, batch, until, answered) for batch in _batches(asked, until))
        found = reader.together(*batches)
    finally:
        session.book.note_units(service="cloudwatch", operation="GetMetricData", units=answered.count)
        purse.give_back(granted - answered.count, usd_each=USD_PER_METRIC)
    return Collected(series=tuple(series for batch in found for series in batch), gaps=reader.gaps)


def _capped(left_out: int, wanted: int) -> str:
    return (
        f"{left_out} of {wanted} usage series were not read: what one audit may cost you for such reads is spent. "
        "The next audit asks for them; whoever runs Costframe may raise COSTFRAME_METRICS_COST_CAP_USD."
    )


def _wanted(
    things: Iterable[Thing],
    series_of: Callable[[Thing], Mapping[Metric, int]],
    *,
    until: date,
    known: Mapping[tuple[str, str], tuple[date, date]],
) -> Iterator[_Wanted]:
    """The statistics of one metric one after the other."""
    for thing in things:
        place = place_of(thing)
        if place is None:
            continue
        for metric, days in sorted(series_of(thing).items(), key=lambda one: (one[0].name, one[0].key)):
            start = until - timedelta(days=days)
            span = known.get((thing.resource_id, metric.key))
            first = first_to_ask(span, metric=metric, start=start, until=until)
            for where in place.all_of(metric) if first < until else ():
                kept_in = place.regions.get(where[0], "")
                yield _Wanted(thing=thing, place=where, metric=metric, first_date=first, region=kept_in)


def first_to_ask(span: tuple[date, date] | None, *, metric: Metric, start: date, until: date) -> date:
    """From which day on a series is asked for, of which `span` is known: its first day, and the first without.

    That is where the span ends, also long before `start`: a day in between that nobody asked for would pass for one
    without data later. Where the span does not reach back to `start` it is `start`, for the whole. What is older than
    we keep is not asked for; AWS keeps days and hours for 455 days, which is longer.
    """
    if span is None or span[0] > start:
        return start
    return max(span[1], until - timedelta(days=KEPT_DAYS[metric.period_seconds]))


def _batches(wanted: list[_Wanted], until: date) -> Iterator[list[_Wanted]]:
    """Batches of one region and one first day each, because a request has one period for all its series; none is torn
    that belongs to one metric of one resource, and none has more values than come in one page.
    """
    by_request: dict[tuple[str, date], dict[tuple[str, str], list[_Wanted]]] = {}
    for one in wanted:
        request = by_request.setdefault((one.region, one.first_date), {})
        request.setdefault((one.thing.resource_id, one.metric.name), []).append(one)
    for groups in by_request.values():
        batch: list[_Wanted] = []
        points = 0
        for group in groups.values():
            more = sum(one.length(until) for one in group)
            if batch and (len(batch) + len(group) > BATCH or points + more > BATCH_POINTS):
                yield batch
                batch, points = [], 0
            batch.extend(group)
            points += more
        yield batch


def _read(reader: Reader, session: AwsSession, batch: list[_Wanted], until: date, answered: _Tally) -> list[Series]:
    answers = [_Answer() for _ in batch]
    slots = {one.metric.period_seconds: _Slots(one) for one in batch}
    try:
        for number, page in enumerate(_pages(reader, session, batch, until)):
            if number == 0:
                answered.add(len(batch))
            _take(page, batch, answers, slots)
    except FAILURES as error:
        reason = outcome_of(code_of(error))
        reader.gap(calls.GET_METRIC_DATA, reason=reason, message=_lost(len(batch), sentence_of(error)))
        return []
    _note_incomplete(reader, answers)
    return _joined(batch, answers, until)


def _joined(batch: list[_Wanted], answers: list[_Answer], until: date) -> list[Series]:
    """The series of each resource, of its parts where it has several; none of which a part was not read whole."""
    parts: dict[tuple[str, str], list[tuple[_Wanted, _Answer]]] = {}
    for one, answer in zip(batch, answers, strict=True):
        parts.setdefault((one.thing.resource_id, one.metric.key), []).append((one, answer))
    return [_series(some, until) for some in parts.values() if all(answer.status == "Complete" for _, answer in some)]


def _pages(reader: Reader, session: AwsSession, batch: list[_Wanted], until: date) -> Iterator[dict[str, Any]]:
    client = session.client("cloudwatch", batch[0].region or reader.region)
    yield from client.get_paginator("get_metric_data").paginate(
        MetricDataQueries=[one.query(f"m{index}") for index, one in enumerate(batch)],
        StartTime=datetime.combine(batch[0].first_date, time(), tzinfo=UTC),
        EndTime=datetime.combine(until, time(), tzinfo=UTC),
        ScanBy="TimestampAscending",
    )


class _Slots(dict[datetime, int]):
    """Which place each moment has in the series of one period: those of a batch have one beginning and like moments."""

    def __init__(self, wanted: _Wanted) -> None:
        super().__init__()
        self._start = datetime.combine(wanted.first_date, time(), tzinfo=UTC)
        self._period = timedelta(seconds=wanted.metric.period_seconds)

    def __missing__(self, moment: datetime) -> int:
        self[moment] = slot = (moment - self._start) // self._period
        return slot


def _take(page: dict[str, Any], batch: list[_Wanted], answers: list[_Answer], slots: Mapping[int, _Slots]) -> None:
    """Add one page's parts of series, each value by its place; the last page's status is the one that counts."""
    for result in page.get("MetricDataResults", ()):
        index = int(result["Id"][1:])
        places = map(slots[batch[index].metric.period_seconds].__getitem__, result.get("Timestamps", ()))
        answers[index].values.update(zip(places, map(float, result.get("Values", ())), strict=True))
        answers[index].status = result.get("StatusCode", "Complete")


def _note_incomplete(reader: Reader, answers: list[_Answer]) -> None:
    bad = [answer.status for answer in answers if answer.status != "Complete"]
    for status in sorted(set(bad)):
        reason = "REFUSED" if status == "Forbidden" else "FAILED"
        told = f"CloudWatch answered {status}." if status != "Missing" else "CloudWatch left them out of its answer."
        reader.gap(calls.GET_METRIC_DATA, reason=reason, message=_lost(bad.count(status), told))


def _lost(count: int, told: str) -> str:
    return f"{count} usage series could not be read: {told}"


def _series(parts: list[tuple[_Wanted, _Answer]], until: date) -> Series:
    wanted = parts[0][0]
    of_parts = [map(answer.values.get, range(wanted.length(until))) for _, answer in parts]
    return Series(
        resource_id=wanted.thing.resource_id,
        metric=wanted.metric,
        first_date=wanted.first_date,
        values=tuple(of_parts[0] if len(parts) == 1 else map(summed, zip(*of_parts, strict=True))),
    )


def summed(values: Sequence[float | None]) -> float | None:
    """What parts come to. Where one of them has no data it is at least the others', and nothing is not known of it."""
    known = [value for value in values if value is not None]
    total = sum(known) if known else None
    return total if total or len(known) == len(values) else None

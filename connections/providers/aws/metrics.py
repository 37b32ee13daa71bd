"""Daily usage from CloudWatch: 500 series a request, complete days only, and no data is never zero."""

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

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from connections.provider import MetricPlace, Purse
    from connections.providers.aws.session import AwsSession
    from connections.resources import Metric, Thing

BATCH = 500  # series in one GetMetricData
DAY_SECONDS = 86400
USD_PER_METRIC = Decimal(repr(calls.GET_METRIC_DATA.usd_per_1000)) / 1000
UNLIMITED = Unlimited()


@dataclass(frozen=True, kw_only=True)
class _Wanted:
    """One series to ask for."""

    thing: Thing
    place: MetricPlace
    metric: Metric
    first_date: date

    def query(self, identifier: str) -> dict[str, Any]:
        return {
            "Id": identifier,
            "MetricStat": {
                "Metric": {
                    "Namespace": self.place.namespace,
                    "MetricName": self.metric.name,
                    "Dimensions": [{"Name": name, "Value": value} for name, value in self.place.dimensions],
                },
                "Period": DAY_SECONDS,
                "Stat": self.metric.statistic,
            },
            "ReturnData": True,
        }


@dataclass(kw_only=True)
class _Answer:
    values: dict[date, float] = field(default_factory=dict)
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
    metrics: Mapping[str, tuple[Metric, ...]],
    at: datetime,
    days: int,
    known_until: Mapping[str, date] | None = None,
    purse: Purse = UNLIMITED,
) -> Collected:
    """Read the daily values of what rules ask for: `metrics` by kind, the last `days` complete days before `at`.

    `known_until` says per resource id which day is the first that we do not have yet (only those are asked for and
    only those are in the returned series). Series that `purse` has nothing left for are not asked for and leave a
    CAPPED gap. A day without data is None. Series that could not be read are left out, and a gap says so.
    """
    until = usage_complete_until(at)
    wanted = list(_wanted(things, metrics, until=until, days=days, known_until=known_until or {}))
    reader = Reader(session=session, region=region, service="cloudwatch", at=at)
    granted = purse.take(len(wanted), usd_each=USD_PER_METRIC) if wanted else 0
    asked, left_out = wanted[:granted], wanted[granted:]
    if left_out:
        reader.gap(calls.GET_METRIC_DATA, reason="CAPPED", message=_capped(len(left_out), len(wanted)))
    answered = _Tally()
    try:
        batches = (partial(_read, reader, session, batch, until, answered) for batch in _batches(asked))
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
    metrics: Mapping[str, tuple[Metric, ...]],
    *,
    until: date,
    days: int,
    known_until: Mapping[str, date],
) -> Iterator[_Wanted]:
    start = until - timedelta(days=days)
    for thing in things:
        first = max(known_until.get(thing.resource_id, start), start)
        place = place_of(thing)
        if first >= until or place is None:
            continue
        for metric in metrics.get(thing.KIND, ()):
            yield _Wanted(thing=thing, place=place, metric=metric, first_date=first)


def _batches(wanted: list[_Wanted]) -> Iterator[list[_Wanted]]:
    """Batches of one first day each, because a request has one period for all its series."""
    by_first: dict[date, list[_Wanted]] = {}
    for one in wanted:
        by_first.setdefault(one.first_date, []).append(one)
    for same in by_first.values():
        for start in range(0, len(same), BATCH):
            yield same[start : start + BATCH]


def _read(reader: Reader, session: AwsSession, batch: list[_Wanted], until: date, answered: _Tally) -> list[Series]:
    answers = [_Answer() for _ in batch]
    try:
        for number, page in enumerate(_pages(reader, session, batch, until)):
            if number == 0:
                answered.add(len(batch))
            for result in page.get("MetricDataResults", ()):
                _take(answers[int(result["Id"][1:])], result)
    except FAILURES as error:
        reason = outcome_of(code_of(error))
        reader.gap(calls.GET_METRIC_DATA, reason=reason, message=_lost(len(batch), sentence_of(error)))
        return []
    _note_incomplete(reader, answers)
    return [
        _series(one, answer, until) for one, answer in zip(batch, answers, strict=True) if answer.status == "Complete"
    ]


def _pages(reader: Reader, session: AwsSession, batch: list[_Wanted], until: date) -> Iterator[dict[str, Any]]:
    client = session.client("cloudwatch", reader.region)
    yield from client.get_paginator("get_metric_data").paginate(
        MetricDataQueries=[one.query(f"m{index}") for index, one in enumerate(batch)],
        StartTime=datetime.combine(batch[0].first_date, time(), tzinfo=UTC),
        EndTime=datetime.combine(until, time(), tzinfo=UTC),
        ScanBy="TimestampAscending",
    )


def _take(answer: _Answer, result: dict[str, Any]) -> None:
    """Add one page's part of a series; the last page's status is the one that counts."""
    for moment, value in zip(result.get("Timestamps", ()), result.get("Values", ()), strict=True):
        answer.values[moment.astimezone(UTC).date()] = float(value)
    answer.status = result.get("StatusCode", "Complete")


def _note_incomplete(reader: Reader, answers: list[_Answer]) -> None:
    bad = [answer.status for answer in answers if answer.status != "Complete"]
    for status in sorted(set(bad)):
        reason = "REFUSED" if status == "Forbidden" else "FAILED"
        told = f"CloudWatch answered {status}." if status != "Missing" else "CloudWatch left them out of its answer."
        reader.gap(calls.GET_METRIC_DATA, reason=reason, message=_lost(bad.count(status), told))


def _lost(count: int, told: str) -> str:
    return f"{count} usage series could not be read: {told}"


def _series(wanted: _Wanted, answer: _Answer, until: date) -> Series:
    length = (until - wanted.first_date).days
    return Series(
        resource_id=wanted.thing.resource_id,
        metric=wanted.metric,
        first_date=wanted.first_date,
        values=tuple(answer.values.get(wanted.first_date + timedelta(days=day)) for day in range(length)),
    )

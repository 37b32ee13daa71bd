"""CloudWatch over the seeded series: GetMetricData and ListMetrics with paging. One value a day or an hour; one that is
missing is missing.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from sandbox.aws import hours
from sandbox.aws.model import HISTORY_DAYS, series_key
from sandbox.aws.wire import Answer, ApiCall, Refusal, success

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sandbox.aws.identities import Caller
    from sandbox.aws.model import Estate, Series

HOUR_SECONDS, DAY_SECONDS = 3_600, 86_400
MOST_QUERIES = 500
MOST_POINTS = 100_800
MOST_LISTED = 500
STATISTICS = ("Average", "Maximum", "Minimum", "Sum")
LISTED_BY = {"Namespace", "MetricName", "Dimensions", "NextToken"}


def answer(call: ApiCall, caller: Caller, estate: Estate, *, page_size: int | None) -> Answer:
    """`page_size` forces pages of so many queries, or of so many listed metrics."""
    where = (caller.account, call.region)
    if call.operation == "GetMetricData":
        return success(call, _metric_data(call.json, _Kept(estate, where), page_size))
    if call.operation == "ListMetrics":
        return success(call, _list_metrics(call.json, estate.series.get(where, {}), page_size))
    raise Refusal("unknown_action", f"The sandbox does not answer cloudwatch:{call.operation}")


class _Kept:
    """The series of one account and region."""

    def __init__(self, estate: Estate, where: tuple[str, str]) -> None:
        self.as_of = estate.as_of
        self.unanswered = estate.unanswered
        self._days = estate.series.get(where, {})
        self._hours = estate.hours.get(where, {})

    def points(
        self, key: tuple[str, ...], statistic: str, period: int, start: datetime, end: datetime
    ) -> Iterator[tuple[datetime, float]]:
        """The values from `start` to before `end`, oldest first."""
        daily, hourly = self._days.get(key, {}), self._hours.get(key)
        for day in range(HISTORY_DAYS):
            midnight = self.as_of - timedelta(days=HISTORY_DAYS - day)
            if midnight >= end or midnight + timedelta(days=1) <= start:
                continue
            if period == DAY_SECONDS:
                found = [(midnight, hours.value(daily, statistic, day))] if daily else []
            else:
                found = list(_of_hours(daily, hourly, statistic, day, midnight))
            yield from ((moment, value) for moment, value in found if value is not None and start <= moment < end)


def _of_hours(
    daily: Mapping[str, list[float | None]],
    hourly: Mapping[str, list[float | None]] | None,
    statistic: str,
    day: int,
    midnight: datetime,
) -> Iterator[tuple[datetime, float | None]]:
    first = day * hours.HOURS
    values: Mapping[str, list[float | None]]
    if hourly is None:
        values, first = hours.of_day(daily, day), 0
    else:
        values = hourly
    for hour in range(hours.HOURS):
        yield midnight + timedelta(hours=hour), hours.value(values, statistic, first + hour)


def _invalid(message: str) -> Refusal:
    return Refusal("ValidationError", message)


def _moment(value: Any) -> datetime:  # noqa: ANN401 - JSON: epoch seconds or text
    if isinstance(value, int | float):
        return datetime.fromtimestamp(value, UTC)
    return datetime.fromisoformat(str(value)).astimezone(UTC)


def _metric_data(values: dict[str, Any], kept: _Kept, page_size: int | None) -> dict[str, Any]:
    queries = values.get("MetricDataQueries", [])
    if len(queries) > MOST_QUERIES:
        raise _invalid(f"The collection MetricDataQueries must not have a size greater than {MOST_QUERIES}.")
    if len({query.get("Id") for query in queries}) != len(queries):
        raise _invalid("The values for parameter id in MetricDataQueries are not unique.")
    start, end = _moment(values["StartTime"]), _moment(values["EndTime"])
    if start >= end:
        raise _invalid("The parameter StartTime must be less than the parameter EndTime.")
    is_newest_first = values.get("ScanBy", "TimestampDescending") == "TimestampDescending"
    first = int(json.loads(values["NextToken"])) if values.get("NextToken") else 0
    most_points = int(values.get("MaxDatapoints", MOST_POINTS))
    results: list[dict[str, Any]] = []
    points = 0
    at = first
    while at < len(queries) and (page_size is None or at - first < page_size):
        result = _one(queries[at], kept, start, end, is_newest_first=is_newest_first)
        points += len(result["Values"])
        if results and points > most_points:
            break
        results.append(result)
        at += 1
    answered: dict[str, Any] = {"MetricDataResults": results, "Messages": []}
    if at < len(queries):
        answered["NextToken"] = json.dumps(at)
    return answered


def _one(
    query: dict[str, Any], kept: _Kept, start: datetime, end: datetime, *, is_newest_first: bool
) -> dict[str, Any]:
    asked = query.get("MetricStat")
    if not asked:
        raise _invalid("The sandbox knows MetricStat queries only, no expressions.")
    metric, statistic, period = asked["Metric"], asked["Stat"], int(asked["Period"])
    if period not in {HOUR_SECONDS, DAY_SECONDS}:
        raise _invalid(f"The sandbox keeps days and hours; asked for a period of {period} seconds.")
    if statistic not in STATISTICS and hours.percentile(statistic) is None:
        raise _invalid(f"The sandbox knows {', '.join(STATISTICS)} and percentiles; asked for {statistic}.")
    dimensions = {one["Name"]: one["Value"] for one in metric.get("Dimensions", [])}
    is_answered = kept.unanswered.isdisjoint(dimensions.values())
    key = series_key(metric["Namespace"], metric["MetricName"], dimensions)
    found = list(kept.points(key, statistic, period, start, end)) if is_answered else []
    if is_newest_first:
        found.reverse()
    return {
        "Id": query["Id"],
        "Label": query.get("Label") or metric["MetricName"],
        "Timestamps": [moment for moment, _ in found],
        "Values": [value for _, value in found],
        "StatusCode": "Complete" if is_answered else "InternalError",
    }


def _list_metrics(values: dict[str, Any], series: Series, page_size: int | None) -> dict[str, Any]:
    """The metrics that carry every dimension that is asked for, whichever others they carry."""
    if unknown := sorted(set(values) - LISTED_BY):
        raise _invalid(f"The sandbox does not know the parameter {unknown[0]} of ListMetrics.")
    wanted = {one["Name"]: one.get("Value") for one in values.get("Dimensions", [])}
    found = []
    for namespace, name, *pairs in sorted(series):
        dimensions = dict(zip(pairs[::2], pairs[1::2], strict=True))
        if values.get("Namespace") not in {None, namespace} or values.get("MetricName") not in {None, name}:
            continue
        if any(one not in dimensions or value not in {None, dimensions[one]} for one, value in wanted.items()):
            continue
        told = [{"Name": one, "Value": value} for one, value in dimensions.items()]
        found.append({"Namespace": namespace, "MetricName": name, "Dimensions": told})
    first = int(json.loads(values["NextToken"])) if values.get("NextToken") else 0
    last = first + min(MOST_LISTED, page_size or MOST_LISTED)
    answered: dict[str, Any] = {"Metrics": found[first:last]}
    return answered | ({"NextToken": json.dumps(last)} if last < len(found) else {})

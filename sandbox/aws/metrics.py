"""CloudWatch over the seeded series: GetMetricData with paging, and ListMetrics. One value a day; a missing day is
missing.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from sandbox.aws.model import HISTORY_DAYS
from sandbox.aws.wire import Answer, ApiCall, Refusal, success

if TYPE_CHECKING:
    from sandbox.aws.identities import Caller
    from sandbox.aws.model import Estate, Series

DAY_SECONDS = 86_400
MOST_QUERIES = 500
MOST_POINTS = 100_800
STATISTICS = ("Average", "Maximum", "Minimum", "Sum")


def answer(call: ApiCall, caller: Caller, estate: Estate, *, page_size: int | None) -> Answer:
    """`page_size` forces pages of so many queries."""
    series = estate.series.get((caller.account, call.region), {})
    if call.operation == "GetMetricData":
        return success(call, _metric_data(call.json, series, estate, page_size))
    if call.operation == "ListMetrics":
        return success(call, _list_metrics(call.json, series))
    raise Refusal("unknown_action", f"The sandbox does not answer cloudwatch:{call.operation}")


def _invalid(message: str) -> Refusal:
    return Refusal("ValidationError", message)


def _moment(value: Any) -> datetime:  # noqa: ANN401 - JSON: epoch seconds or text
    if isinstance(value, int | float):
        return datetime.fromtimestamp(value, UTC)
    return datetime.fromisoformat(str(value)).astimezone(UTC)


def _metric_data(values: dict[str, Any], series: Series, estate: Estate, page_size: int | None) -> dict[str, Any]:
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
        result = _one(queries[at], series, start, end, estate, is_newest_first=is_newest_first)
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
    query: dict[str, Any], series: Series, start: datetime, end: datetime, estate: Estate, *, is_newest_first: bool
) -> dict[str, Any]:
    asked = query.get("MetricStat")
    if not asked:
        raise _invalid("The sandbox knows MetricStat queries only, no expressions.")
    metric, statistic, period = asked["Metric"], asked["Stat"], int(asked["Period"])
    if period != DAY_SECONDS or statistic not in STATISTICS:
        raise _invalid(f"The sandbox keeps daily {', '.join(STATISTICS)}; asked for {statistic} over {period} seconds.")
    dimensions = metric.get("Dimensions", [])
    found: list[tuple[datetime, float]] = []
    is_answered = not any(one["Value"] in estate.unanswered for one in dimensions)
    if len(dimensions) == 1 and is_answered:
        key = (metric["Namespace"], metric["MetricName"], dimensions[0]["Name"], dimensions[0]["Value"])
        for index, value in enumerate(series.get(key, {}).get(statistic, [])):
            moment = estate.as_of - timedelta(days=HISTORY_DAYS - index)
            if value is not None and start <= moment < end:
                found.append((moment, value))
    if is_newest_first:
        found.reverse()
    return {
        "Id": query["Id"],
        "Label": query.get("Label") or metric["MetricName"],
        "Timestamps": [moment for moment, _ in found],
        "Values": [value for _, value in found],
        "StatusCode": "Complete" if is_answered else "InternalError",
    }


def _list_metrics(values: dict[str, Any], series: Series) -> dict[str, Any]:
    wanted = {item["Name"]: item.get("Value") for item in values.get("Dimensions", [])}
    found = []
    for namespace, name, dimension, value in sorted(series):
        if values.get("Namespace") not in {None, namespace} or values.get("MetricName") not in {None, name}:
            continue
        if wanted and (dimension not in wanted or wanted[dimension] not in {None, value}):
            continue
        dimensions = [{"Name": dimension, "Value": value}]
        found.append({"Namespace": namespace, "MetricName": name, "Dimensions": dimensions})
    return {"Metrics": found[:500], "OwningAccounts": []}

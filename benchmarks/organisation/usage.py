"""CloudWatch's answers, put together from texts that were written once: thousands of series are alike but for a name.

Whatever is used has the same day again and again, whatever is idle another; a metric that is not here has no values.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from sandbox.aws.wire import Answer, Refusal

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

MOST_QUERIES, MOST_POINTS = 500, 100_800
DAY_SECONDS = 86_400
NOTHING = {"Sum": 0.0, "Maximum": 0.0, "Average": 0.0, "Minimum": 0.0}


def _gauge(low: float, mean: float, high: float) -> dict[str, float]:
    return {"Minimum": low, "Average": mean, "Maximum": high, "p90": (mean + high) / 2, "p95": (mean + high) / 2}


def _counter(total: float) -> dict[str, float]:
    """A day's sum, and its samples of five minutes."""
    sample = total / 288
    return {"Sum": total, **_gauge(sample / 4, sample, sample * 3)}


# Metric -> its values where something is at work, and where nobody uses it; None: CloudWatch then tells nothing.
SERIES: dict[str, tuple[dict[str, float], dict[str, float] | None]] = {
    "CPUUtilization": (_gauge(12, 48, 88), _gauge(0.4, 0.9, 2.0)),
    "NetworkIn": (_counter(6e9), _counter(2e5)),
    "NetworkOut": (_counter(7e9), _counter(2e5)),
    "EBSReadBytes": (_counter(4e9), _counter(1e5)),
    "EBSWriteBytes": (_counter(4e9), _counter(1e5)),
    "VolumeReadOps": (_counter(9e6), NOTHING),
    "VolumeWriteOps": (_counter(9e6), NOTHING),
    "VolumeReadBytes": (_counter(4e11), NOTHING),
    "VolumeWriteBytes": (_counter(4e11), NOTHING),
    "DatabaseConnections": (_gauge(5, 40, 90), NOTHING),
    "FreeStorageSpace": (_gauge(2e10, 2.2e10, 2.4e10), _gauge(2e10, 2.2e10, 2.4e10)),
    "FreeableMemory": (_gauge(1e9, 1.2e9, 1.5e9), _gauge(6e9, 6.2e9, 6.5e9)),
    "ReadIOPS": (_gauge(200, 900, 2_000), NOTHING),
    "WriteIOPS": (_gauge(200, 700, 2_000), NOTHING),
    "ReadThroughput": (_gauge(1e6, 5e6, 4e7), NOTHING),
    "WriteThroughput": (_gauge(1e6, 5e6, 4e7), NOTHING),
    "NetworkReceiveThroughput": (_gauge(1e6, 5e6, 4e7), NOTHING),
    "NetworkTransmitThroughput": (_gauge(1e6, 5e6, 4e7), NOTHING),
    "Invocations": (_counter(9_000), None),
    "Errors": (_counter(12), None),
    "Duration": ({"Sum": 3_150_000.0, **_gauge(90, 350, 700)}, None),
    "ConcurrentExecutions": (_gauge(1, 1, 3), None),
    "RequestCount": (_counter(200_000), NOTHING),
    "ProcessedBytes": (_counter(5e9), NOTHING),
    "ConsumedLCUs": (_gauge(0.1, 0.6, 5), NOTHING),
    "IncomingBytes": (_counter(3e8), None),
    "BytesInFromDestination": (_counter(5e10), NOTHING),
    "BytesOutToDestination": (_counter(5e10), NOTHING),
    "BucketSizeBytes": (_gauge(5e11, 5e11, 5e11), _gauge(5e11, 5e11, 5e11)),
    "ConsumedReadCapacityUnits": (_counter(1.2e7), None),
    "ConsumedWriteCapacityUnits": (_counter(6e6), None),
    "ProvisionedReadCapacityUnits": (_gauge(200, 200, 200), _gauge(200, 200, 200)),
    "ProvisionedWriteCapacityUnits": (_gauge(100, 100, 100), _gauge(100, 100, 100)),
}


def metric_data(asked: Mapping[str, Any], *, idle: Collection[str], until: datetime) -> Answer:
    """One page with the series of every query; there are values up to `until`."""
    queries = asked.get("MetricDataQueries", ())
    start, end = _seconds(asked["StartTime"]), min(_seconds(asked["EndTime"]), int(until.timestamp()))
    if len(queries) > MOST_QUERIES or asked.get("NextToken"):
        raise Refusal("ValidationError", f"There is one page of at most {MOST_QUERIES} queries.")
    found, points = [], 0
    for query in queries:
        count, text = _values(query["MetricStat"], idle, start, end)
        points += count
        found.append(f'{{"Id":{json.dumps(query["Id"])},"StatusCode":"Complete",{text}}}')
    if points > MOST_POINTS:
        raise Refusal("ValidationError", f"There are {points} values, which do not come in one page.")
    body = f'{{"MetricDataResults":[{",".join(found)}],"Messages":[]}}'
    headers = {"Content-Type": "application/x-amz-json-1.0", "x-amzn-RequestId": "0"}
    return Answer(status=200, body=body.encode(), headers=headers)


def _values(wanted: Mapping[str, Any], idle: Collection[str], start: int, end: int) -> tuple[int, str]:
    metric = wanted["Metric"]
    is_idle = any(one["Value"] in idle for one in metric.get("Dimensions", ()))
    return _written(metric["MetricName"], wanted["Stat"], int(wanted["Period"]), start, end, is_idle=is_idle)


@lru_cache(maxsize=4096)
def _written(name: str, statistic: str, period: int, start: int, end: int, *, is_idle: bool) -> tuple[int, str]:
    """How many values a series has, and it as JSON."""
    values = SERIES.get(name, (None, None))[is_idle]
    value = None if values is None else values.get(statistic)
    if value is not None and statistic == "Sum":
        value = value * period / DAY_SECONDS
    moments = [] if value is None else list(range(start - start % -period, end, period))
    pair = {"Timestamps": moments, "Values": [value] * len(moments)}
    return len(moments), f'"Label":"{name}",' + json.dumps(pair, separators=(",", ":"))[1:-1]


def _seconds(value: Any) -> int:  # noqa: ANN401 - JSON: epoch seconds or text
    if isinstance(value, int | float):
        return int(value)
    return int(datetime.fromisoformat(str(value)).astimezone(UTC).timestamp())

"""One account's inventory and usage, ours against plain boto3 making the same calls with the same parallelism.

Each contestant runs in a process of its own against the same canned cloud, in turn; the median wall time counts. Ours
includes the guard, the session policy, the joins and the frozen resources; plain boto3 throws its answers away. What is
read before usage stands by itself too: it has longer answers for a call, and usage by the hour the more values.
"""

from __future__ import annotations

import datetime as dt
import itertools
import json
import resource
import statistics
import subprocess
import sys
import time
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from concurrent.futures import Future

SIZES = (1000, 4000)
ROUNDS = 3
THREADS = 8
DAYS, DAYS_BY_HOUR = 30, 28  # as rules on machines want them
BATCH, BATCH_POINTS = 500, 100_800
MEASURED = (
    500  # machines whose usage is read: of each more it is the same again, and plain boto3 takes a minute for 1,000
)
AT = dt.datetime(2026, 11, 20, 12, tzinfo=dt.UTC)
GOAL = 1.0
ROLE = "arn:aws:iam::123456789012:role/CostframeReadOnly"


def ours(url: str, told: Callable[[str], None]) -> int:
    """What a step does before it writes: open the session, read inventory, read usage."""
    from connections.providers.aws import metrics  # noqa: PLC0415 - each contestant pays for its own imports
    from connections.providers.aws.inventory import calls_of, collect  # noqa: PLC0415
    from connections.providers.aws.session import Principal, open_session  # noqa: PLC0415
    from connections.resources import Instance  # noqa: PLC0415
    from findings.registry import metrics_for  # noqa: PLC0415

    session = open_session(
        principal=Principal(access_key_id="bench", secret_access_key="bench", sandbox_url=url),
        role_arn=ROLE,
        external_id="bench-external-id",
        connection_id="bench",
        region="us-east-1",
        reads=calls_of("ec2"),
    )
    found = collect(session=session, service="ec2", region="us-east-1", at=AT)
    told("inventory")
    wanted = {metric: days_of(metric) for metric in metrics_for(Instance)}
    measured = {thing.resource_id for thing in found.resources[:MEASURED] if isinstance(thing, Instance)}
    used = metrics.read_usage(
        session=session,
        region="us-east-1",
        things=found.resources,
        series_of=lambda thing: wanted if thing.resource_id in measured else {},
        at=AT,
    )
    if found.gaps or used.gaps:
        raise SystemExit(f"The canned cloud left gaps: {found.gaps} {used.gaps}")
    return len(found.resources) + len(used.series)


def plain(url: str, told: Callable[[str], None]) -> int:
    """The floor: the same calls, pages and batches, and nothing done with the answers."""
    import boto3  # noqa: PLC0415 - each contestant pays for its own imports

    from connections.resources import Instance  # noqa: PLC0415
    from findings.registry import metrics_for  # noqa: PLC0415

    session = boto3.Session(aws_access_key_id="b", aws_secret_access_key="b", region_name="us-east-1")
    session.client("sts", endpoint_url=url).assume_role(RoleArn=ROLE, RoleSessionName="bench")
    ec2, cloudwatch = session.client("ec2", endpoint_url=url), session.client("cloudwatch", endpoint_url=url)
    sizes = {"describe_instances": 1000, "describe_volumes": 500, "describe_snapshots": 1000}
    names = [*sizes, "describe_images", "describe_capacity_reservations", "describe_fast_snapshot_restores",
             "describe_launch_templates"]  # fmt: skip
    with ThreadPoolExecutor(THREADS) as pool:
        others: list[Future[Any]] = [
            pool.submit(ec2.describe_addresses),
            pool.submit(cloudwatch.list_metrics, Namespace="CWAgent"),
        ]
        listed = dict(zip(names, pool.map(partial(_all_pages, ec2, sizes), names), strict=True))
        for other in others:
            other.result()
        told("inventory")
        ids = [
            instance["InstanceId"]
            for page in listed["describe_instances"]
            for group in page["Reservations"]
            for instance in group["Instances"]
        ][:MEASURED]
        wanted = [metric for metric in metrics_for(Instance) if not metric.namespace]
        batches = [
            (days, batch)
            for days in (DAYS, DAYS_BY_HOUR)
            for batch in _batches([metric for metric in wanted if days_of(metric) == days], ids, days)
        ]
        return sum(pool.map(partial(_batch, cloudwatch), batches))


def days_of(metric: Any) -> int:  # noqa: ANN401
    """How many days back a series is asked for."""
    return DAYS if metric.values_a_day == 1 else DAYS_BY_HOUR


def _batches(metrics: list[Any], ids: list[str], days: int) -> Iterator[list[dict[str, Any]]]:
    """As many queries as a request and the first page of its answer take, those of one metric of a machine together."""
    batch: list[dict[str, Any]] = []
    together = [list(group) for _, group in itertools.groupby(metrics, key=lambda metric: metric.name)]
    most = min(BATCH, BATCH_POINTS // (days * metrics[0].values_a_day))
    for one in ids:
        for group in together:
            if len(batch) + len(group) > most:
                yield batch
                batch = []
            batch.extend(_query(one, metric) for metric in group)
    yield batch


def _all_pages(ec2: Any, sizes: dict[str, int], name: str) -> list[dict[str, Any]]:  # noqa: ANN401
    settings = {"PageSize": sizes[name]} if name in sizes else {}
    return list(ec2.get_paginator(name).paginate(PaginationConfig=settings))


def _query(instance_id: str, metric: Any) -> dict[str, Any]:  # noqa: ANN401
    place = {
        "Namespace": "AWS/EC2",
        "MetricName": metric.name,
        "Dimensions": [{"Name": "InstanceId", "Value": instance_id}],
    }
    asked = {"Metric": place, "Period": metric.period_seconds, "Stat": metric.statistic}
    return {"MetricStat": asked, "ReturnData": True}


def _batch(cloudwatch: Any, asked: tuple[int, list[dict[str, Any]]]) -> int:  # noqa: ANN401
    days, batch = asked
    end = dt.datetime(2026, 11, 20, tzinfo=dt.UTC)
    pages = cloudwatch.get_paginator("get_metric_data").paginate(
        MetricDataQueries=[{"Id": f"m{index}", **query} for index, query in enumerate(batch)],
        StartTime=end - dt.timedelta(days=days),
        EndTime=end,
        ScanBy="TimestampAscending",
    )
    return sum(len(page["MetricDataResults"]) for page in pages)


def contestant(name: str, url: str) -> None:
    """Run one contestant in this process and print its figures."""
    started = time.perf_counter()
    figures: dict[str, Any] = {}

    def told(part: str) -> None:
        usage = resource.getrusage(resource.RUSAGE_SELF)
        figures[part] = {
            "wall": time.perf_counter() - started,
            "cpu": usage.ru_utime + usage.ru_stime,
            "rss_mib": usage.ru_maxrss / 1024,
        }

    figures["count"] = {"ours": ours, "plain": plain}[name](url, told)
    told("all")
    print(json.dumps(figures))


def run(name: str, url: str) -> dict[str, Any]:
    """One contestant's figures with the calls that the cloud saw and the CPU time that it took itself."""
    before = report(url)
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.collection", name, url], capture_output=True, text=True, check=True
    )
    after = report(url)
    figures: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    calls = {key: count - before["calls"].get(key, 0) for key, count in after["calls"].items()}
    return {
        **figures,
        "calls": {key: count for key, count in calls.items() if count},
        "cloud": after["cpu"] - before["cpu"],
    }


def report(url: str) -> dict[str, Any]:
    """What the canned cloud says of itself."""
    with urllib.request.urlopen(f"{url}/report", timeout=10) as answer:
        told: dict[str, Any] = json.loads(answer.read())
    return told


def measure(instances: int) -> None:
    """Both contestants in turn against one canned cloud; prints medians and the ratio."""
    cloud = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.canned", str(instances)], stdout=subprocess.PIPE, text=True
    )
    try:
        url = f"http://127.0.0.1:{int(cloud.stdout.readline())}"  # type: ignore[union-attr] # it is a pipe
        rounds = [{name: run(name, url) for name in ("plain", "ours")} for _ in range(ROUNDS)]
    finally:
        cloud.terminate()
        cloud.wait()
    if rounds[0]["plain"]["calls"] != rounds[0]["ours"]["calls"]:
        raise SystemExit(f"The calls differ: {rounds[0]['plain']['calls']} and {rounds[0]['ours']['calls']}")
    for part, goal in (("inventory", ""), ("all", f" (goal {GOAL} or less)")):
        wall, cpu = (
            {name: statistics.median(one[name][part][what] for one in rounds) for name in ("plain", "ours")}
            for what in ("wall", "cpu")
        )
        for name in ("plain", "ours"):
            last = rounds[-1][name]
            taken = f"{wall[name]:6.2f} s wall  {cpu[name]:6.2f} s CPU  {last[part]['rss_mib']:5.0f} MiB"
            of_cloud = f"  cloud {last['cloud']:5.2f} s CPU  {sum(last['calls'].values())} calls" if goal else ""
            print(f"  {part:9} {name:5} {taken}{of_cloud}")
        print(f"  {part:9} ratio {wall['ours'] / wall['plain']:.2f}, of CPU {cpu['ours'] / cpu['plain']:.2f}{goal}")


def main() -> None:
    """Every size."""
    for size in SIZES:
        print(f"Collection of one account, {size:,} instances, 20 ms a call, median of {ROUNDS}:")
        measure(size)


if __name__ == "__main__":
    contestant(*sys.argv[1:])

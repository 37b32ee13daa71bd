"""CloudWatch in the sandbox: the days asked for, missing ones missing, in pages."""

from __future__ import annotations

import datetime as dt
import random

import pytest
from botocore.exceptions import ClientError

from sandbox.aws import compute, hours, names
from sandbox.aws.estate import build
from sandbox.aws.model import HISTORY_DAYS
from tests.sandbox.conftest import Sessions, trust

DAY = dt.timedelta(days=1)


@pytest.fixture(scope="module")
def estate(cloud):
    return build(seed=7, as_of=dt.datetime.fromisoformat(cloud.estate["as_of"]))


def query(name, metric, value, *, namespace="AWS/EC2", dimension="InstanceId", stat="Maximum", period=86400, more=()):
    dimensions = [(dimension, value), *more]
    return {
        "Id": name,
        "MetricStat": {
            "Metric": {
                "Namespace": namespace,
                "MetricName": metric,
                "Dimensions": [{"Name": one, "Value": value} for one, value in dimensions],
            },
            "Period": period,
            "Stat": stat,
        },
    }


def ask(sessions, item, queries, *, days, as_of, **more):
    client = sessions.read("cloudwatch", item.region, item.account)
    return client.get_metric_data(MetricDataQueries=queries, StartTime=as_of - days * DAY, EndTime=as_of, **more)


@pytest.mark.parametrize("stat", ["Average", "Maximum", "Minimum", "Sum"])
def test_a_full_series_has_a_value_for_every_complete_day(sessions, estate, stat):
    item = next(one for one in estate.items if one.case == "idle" and one.kind == "nat_gateway")
    one = query(
        "m1", "BytesOutToDestination", item.native_id, namespace="AWS/NATGateway", dimension="NatGatewayId", stat=stat
    )
    (result,) = ask(sessions, item, [one], days=14, as_of=estate.as_of, ScanBy="TimestampAscending")[
        "MetricDataResults"
    ]
    assert result["Timestamps"] == [estate.as_of - days * DAY for days in range(14, 0, -1)]
    assert result["Values"] == [0.0] * 14
    assert result["StatusCode"] == "Complete"


def test_missing_days_are_missing_and_newest_comes_first(sessions, estate):
    item = next(one for one in estate.items if one.case == "days_missing" and one.kind == "instance")
    (result,) = ask(sessions, item, [query("m1", "CPUUtilization", item.native_id)], days=14, as_of=estate.as_of)[
        "MetricDataResults"
    ]
    assert len(result["Values"]) == len(result["Timestamps"]) == 11
    assert result["Timestamps"] == sorted(result["Timestamps"], reverse=True)


def test_what_was_never_measured_has_no_values(sessions, estate):
    item = next(one for one in estate.items if one.case == "no_metrics" and one.kind == "instance")
    queries = [query("m1", "CPUUtilization", item.native_id), query("m2", "CPUUtilization", "i-00000000000000000")]
    results = ask(sessions, item, queries, days=30, as_of=estate.as_of)["MetricDataResults"]
    assert [result["Values"] for result in results] == [[], []]


def test_a_series_that_cannot_be_answered_says_so_in_place_of_values(sessions, estate):
    item = next(one for one in estate.items if one.case == "detached_unanswered")
    other = next(one for one in estate.items if one.case == "detached_before_history")
    asked = [
        query("m1", "VolumeReadOps", item.native_id, namespace="AWS/EBS", dimension="VolumeId", stat="Sum"),
        query("m2", "VolumeReadOps", other.native_id, namespace="AWS/EBS", dimension="VolumeId", stat="Sum"),
    ]
    results = ask(sessions, item, asked, days=45, as_of=estate.as_of)["MetricDataResults"]
    assert [(result["StatusCode"], result["Values"]) for result in results] == [("InternalError", []), ("Complete", [])]


def test_another_account_does_not_see_the_series(sessions, estate):
    item = next(one for one in estate.items if one.case == "busy" and one.account == names.SHOP)
    client = sessions.read("cloudwatch", item.region, names.LAB)
    one = query("m1", "CPUUtilization", item.native_id)
    answer = client.get_metric_data(MetricDataQueries=[one], StartTime=estate.as_of - DAY, EndTime=estate.as_of)
    assert answer["MetricDataResults"][0]["Values"] == []


def test_pages_hold_everything_once(calm, sessions, estate):
    machines = [one for one in estate.items if one.case == "busy" and one.kind == "instance"]
    item = machines[0]
    mine = [one for one in machines if (one.account, one.region) == (item.account, item.region)]
    queries = [
        query(f"m{at}", name, one.native_id)
        for at, (one, name) in enumerate((o, n) for o in mine for n in ("CPUUtilization", "NetworkIn"))
    ]
    whole = ask(sessions, item, queries, days=14, as_of=estate.as_of)["MetricDataResults"]
    client = sessions.read("cloudwatch", item.region, item.account)
    wanted = {"MetricDataQueries": queries, "StartTime": estate.as_of - 14 * DAY, "EndTime": estate.as_of}
    by_points = [
        page["MetricDataResults"]
        for page in client.get_paginator("get_metric_data").paginate(**wanted, MaxDatapoints=30)
    ]
    calm.set_page_size(1)
    by_size = [page["MetricDataResults"] for page in client.get_paginator("get_metric_data").paginate(**wanted)]
    assert len(by_size) == len(queries)
    assert len(by_points) > 1 or len(queries) <= 2
    for pages in (by_points, by_size):
        assert [result for page in pages for result in page] == whole


@pytest.mark.parametrize(
    ("queries", "says"),
    [
        ([query(f"m{n}", "CPUUtilization", "i-1") for n in range(501)], "greater than 500"),
        ([query("m1", "CPUUtilization", "i-1")] * 2, "not unique"),
        ([query("m1", "CPUUtilization", "i-1", period=300)], "keeps days and hours"),
        ([query("m1", "CPUUtilization", "i-1", stat="TM(10%:90%)")], "and percentiles; asked for TM"),
    ],
)
def test_what_cannot_be_answered_is_a_validation_error(sessions, estate, queries, says):
    item = estate.items[0]
    with pytest.raises(ClientError, match=says) as refused:
        ask(sessions, item, queries, days=2, as_of=estate.as_of)
    assert refused.value.response["Error"]["Code"] == "ValidationError"


def at_work(estate):
    return next(one for one in estate.items if one.case == "office_hours")


@pytest.mark.parametrize("newest_first", [True, False])
def test_hours_are_answered_hour_by_hour(sessions, estate, newest_first):
    item = at_work(estate)
    asked = [query("m1", "CPUUtilization", item.native_id, stat="Average", period=3600)]
    order = "TimestampDescending" if newest_first else "TimestampAscending"
    (result,) = ask(sessions, item, asked, days=7, as_of=estate.as_of, ScanBy=order)["MetricDataResults"]
    moments = [estate.as_of - dt.timedelta(hours=ago) for ago in range(7 * 24, 0, -1)]
    assert result["Timestamps"] == (moments[::-1] if newest_first else moments)
    for moment, value in zip(result["Timestamps"], result["Values"], strict=True):
        is_working = moment.weekday() < 5 and 8 <= moment.hour < 18
        assert (value >= 30) == is_working


def test_a_part_of_a_day_has_its_hours_only(sessions, estate):
    item = at_work(estate)
    client = sessions.read("cloudwatch", item.region, item.account)
    start = estate.as_of - dt.timedelta(hours=5)
    asked = [query("m1", "CPUUtilization", item.native_id, stat="p95", period=3600)]
    (result,) = client.get_metric_data(MetricDataQueries=asked, StartTime=start, EndTime=estate.as_of)[
        "MetricDataResults"
    ]
    assert len(result["Values"]) == 5
    assert min(result["Timestamps"]) == start


def test_percentiles_lie_between_average_and_highest(sessions, estate):
    item = next(one for one in estate.items if one.case == "busy" and one.kind == "instance")
    statistics = ("Average", "p50", "p95", "p99", "p99.9", "Maximum")
    asked = [query(f"m{at}", "CPUUtilization", item.native_id, stat=one) for at, one in enumerate(statistics)]
    values = [one["Values"] for one in ask(sessions, item, asked, days=14, as_of=estate.as_of)["MetricDataResults"]]
    for day in zip(*values, strict=True):
        assert list(day) == sorted(day)
        assert day[2] < day[3] < day[5]


def test_a_series_is_found_under_all_of_its_dimensions_and_in_any_order(sessions, estate):
    item = next(one for one in estate.items if one.case == "busy" and one.name == "busy-1")
    known = {"InstanceId": item.native_id, "ImageId": compute.IMAGE, "InstanceType": item.facts["type"]}
    (first, value), *more = known.items()
    memory = {"namespace": "CWAgent", "dimension": first, "stat": "p95"}
    asked = [
        query("all", "mem_used_percent", value, **memory, more=more),
        query("turned", "mem_used_percent", value, **memory, more=more[::-1]),
        query("part", "mem_used_percent", value, **memory, more=more[:1]),
        query("other", "mem_used_percent", value, **memory, more=[*more[:1], ("InstanceType", "x1.32xlarge")]),
    ]
    found = [one["Values"] for one in ask(sessions, item, asked, days=14, as_of=estate.as_of)["MetricDataResults"]]
    assert len(found[0]) == 14
    assert found[1:] == [found[0], [], []]


def test_metrics_are_listed_by_any_of_their_dimensions_in_pages(calm, cloud, estate):
    item = next(one for one in estate.items if one.case == "busy" and one.name == "busy-1")
    client = lister(cloud, item)
    wanted = [{"Name": "InstanceId", "Value": item.native_id}]
    listed = client.list_metrics(Namespace="CWAgent", Dimensions=wanted)["Metrics"]
    assert [[one["Name"] for one in metric["Dimensions"]] for metric in listed] == [
        ["ImageId", "InstanceId", "InstanceType"]
    ]
    whole = client.list_metrics()["Metrics"]
    calm.set_page_size(7)
    pages = [page["Metrics"] for page in client.get_paginator("list_metrics").paginate()]
    assert [one for page in pages for one in page] == whole
    assert len(pages) == -(-len(whole) // 7) > 1
    with pytest.raises(ClientError, match="does not know the parameter RecentlyActive"):
        client.list_metrics(RecentlyActive="PT3H")


def lister(cloud, item):
    document = {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": "cloudwatch:ListMetrics", "Resource": "*"}],
    }
    arn = cloud.create_role(account=item.account, name="lister", trust_policy=trust(), policies={"lists": document})
    made = Sessions(cloud)
    return made.client("cloudwatch", item.region, made.assume(arn))


EVERY_SEED = pytest.mark.parametrize("seed", [7, random.SystemRandom().randrange(1, 1_000_000)], ids=["7", "random"])


@EVERY_SEED
def test_the_hours_of_every_series_make_its_days(seed):
    print(f"seed {seed}")
    made = build(seed=seed, as_of=dt.datetime(2026, 11, 23, tzinfo=dt.UTC))
    for where, series in made.series.items():
        for key, daily in series.items():
            hourly = made.hours.get(where, {}).get(key)
            for day in range(0, HISTORY_DAYS, 11):
                drawn = hours.of_day(daily, day) if hourly is None else None
                for name in daily.keys() - {one for one in daily if hours.percentile(one) is not None}:
                    part = drawn[name] if drawn else hourly[name][day * 24 : day * 24 + 24]
                    assert joined(name, part) == pytest.approx(daily[name][day]), (key, name, day)


def joined(name, part):
    known = [one for one in part if one is not None]
    if not known:
        return None
    return {"Maximum": max, "Minimum": min, "Sum": sum}.get(name, lambda values: sum(values) / len(values))(known)


@EVERY_SEED
def test_within_an_hour_the_least_is_no_more_than_the_average_and_that_no_more_than_the_highest(seed):
    print(f"seed {seed}")
    made = build(seed=seed, as_of=dt.datetime(2026, 11, 23, tzinfo=dt.UTC))
    told = [daily for series in made.series.values() for daily in series.values() if "Average" in daily]
    for daily in told:
        part = hours.of_day(daily, HISTORY_DAYS - 3)
        for low, mean, high in zip(part["Minimum"], part["Average"], part["Maximum"], strict=True):
            assert (low is None) == (mean is None) == (high is None)
            assert low is None or low <= mean <= high
    assert len(told) > 100

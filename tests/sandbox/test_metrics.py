"""CloudWatch in the sandbox: the days asked for, missing ones missing, in pages."""

from __future__ import annotations

import datetime as dt

import pytest
from botocore.exceptions import ClientError

from sandbox.aws import names
from sandbox.aws.estate import build

DAY = dt.timedelta(days=1)


@pytest.fixture(scope="module")
def estate(cloud):
    return build(seed=7, as_of=dt.datetime.fromisoformat(cloud.estate["as_of"]))


def query(name, metric, value, *, namespace="AWS/EC2", dimension="InstanceId", stat="Maximum", period=86400):
    return {
        "Id": name,
        "MetricStat": {
            "Metric": {
                "Namespace": namespace,
                "MetricName": metric,
                "Dimensions": [{"Name": dimension, "Value": value}],
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
        ([query("m1", "CPUUtilization", "i-1", period=300)], "keeps daily"),
        ([query("m1", "CPUUtilization", "i-1", stat="p95")], "keeps daily"),
    ],
)
def test_what_cannot_be_answered_is_a_validation_error(sessions, estate, queries, says):
    item = estate.items[0]
    with pytest.raises(ClientError, match=says) as refused:
        ask(sessions, item, queries, days=2, as_of=estate.as_of)
    assert refused.value.response["Error"]["Code"] == "ValidationError"

"""The benchmark's cloud of many accounts: whatever a collector asks of it is answered as AWS answers."""

from __future__ import annotations

import datetime as dt
import json
import threading
from contextlib import suppress
from dataclasses import replace

import duckdb
import pytest

from benchmarks.organisation import bill, things, usage
from benchmarks.organisation.cloud import BURST, Counts, NarrowPlace, OrganisationCloud
from benchmarks.organisation.estate import AT_HOME, FEWEST, REGIONS, Organisation, Sizes, counts
from connections.provider import ExportPlace
from connections.providers.aws import costs, downloads, inventory
from connections.resources import Instance, Volume
from sandbox.aws import front, names, shapes
from sandbox.aws.client import SandboxCloud
from sandbox.aws.identities import Caller
from sandbox.aws.wire import ApiCall, Refusal
from tests.connections.aws import session

AS_OF = dt.datetime(2026, 11, 20, tzinfo=dt.UTC)
AT = AS_OF + dt.timedelta(hours=12)
SIZES = Sizes(accounts=4, resources=4 * AT_HOME * 150)
MEMBER, HOME = SIZES.places[AT_HOME]
EMPTY = "sa-east-1"
EXPORT = ExportPlace(bucket=names.BUCKET, prefix=names.PREFIX, name=bill.NAME, region=names.EXPORT_REGION)
# Where a service is not offered, of a vault that is not there, without a support plan.
ABSENT = {"UnknownEndpoint", "AccessDeniedException"}
CALLS = sorted(
    {(call.service, call.operation): call for one in inventory.COLLECTORS.values() for call in one.calls}.items()
)


@pytest.fixture(scope="module")
def organisation():
    return Organisation(SIZES, as_of=AS_OF)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("organisation")


@pytest.fixture(scope="module")
def inside(organisation, folder):
    return OrganisationCloud(organisation, folder=folder)


@pytest.fixture(scope="module")
def cloud(inside):
    server = front.serve(inside, 0)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield SandboxCloud(endpoint_url=f"http://127.0.0.1:{server.server_port}")
    server.shutdown()
    server.server_close()
    thread.join()


def answered(inside, declared, *, region):
    """What the cloud answers a member there; it refuses by itself what does not fit botocore's model."""
    estate = inside.organisation.estate(MEMBER, region)
    shaped = inside.shaped.answers[declared.service, declared.operation]
    parameters = dict(declared.cheapest)
    with suppress(IndexError, StopIteration):  # nothing of the kind stands there
        parameters = dict(shaped.tried_with(estate)) or parameters
    call = ApiCall(service=declared.service, operation=declared.operation, action="", resource="*", region=region,
                   wire="json", parameters=parameters)  # fmt: skip
    caller = Caller(arn="", account=MEMBER, user_id="", secret_access_key="", documents=[])
    try:
        return inside.shaped.answer(call, caller, estate, page_size=None)
    except Refusal as refused:
        named = {*declared.answers_cheapest, *declared.absent, *ABSENT}
        return None if refused.kind in named else pytest.fail(f"{declared.operation}: {refused.kind} {refused.message}")


@pytest.mark.parametrize("region", [HOME, EMPTY])
def test_every_call_of_every_collector_is_answered_in_the_shape_of_its_model(inside, region):
    found = [answered(inside, declared, region=region) for _, declared in CALLS]
    assert sum(one is not None for one in found) > len(CALLS) * 2 // 3


def test_whatever_stands_in_a_place_is_listed_once_over_several_pages(cloud):
    counted = counts(SIZES.of_a_place)
    opened = session(cloud, account=MEMBER, service="ec2", region=HOME)
    found = inventory.collect(session=opened, service="ec2", region=HOME, at=AT)
    assert found.gaps == ()
    machines, disks = ([thing for thing in found.resources if isinstance(thing, kind)] for kind in (Instance, Volume))
    assert (len(machines), len({one.resource_id for one in disks})) == (counted["instance"], counted["volume"])
    attached = {disk.resource_id for disk in disks if disk.attached_to}
    assert attached == {disk for machine in machines for disk in machine.volume_ids}


def test_a_long_list_comes_in_pages_until_it_is_over(cloud, inside, monkeypatch):
    described = inside.shaped.answers["ec2", "DescribeVolumes"]
    monkeypatch.setitem(inside.shaped.answers, ("ec2", "DescribeVolumes"), replace(described, largest=7))
    client = session(cloud, account=MEMBER, service="ec2", region=HOME).client("ec2")
    pages = [page["Volumes"] for page in client.get_paginator("describe_volumes").paginate()]
    listed = [one["VolumeId"] for page in pages for one in page]
    assert len(listed) == len(set(listed)) == counts(SIZES.of_a_place)["volume"]
    assert {len(page) for page in pages[:-1]} == {7}


def test_nothing_stands_outside_of_an_accounts_homes(organisation):
    homes = [region for account, region in SIZES.places if account == MEMBER]
    assert len(homes) == AT_HOME
    for region in REGIONS:
        assert bool(organisation.estate(MEMBER, region).items) == (region in homes)


def test_no_two_resources_of_an_organisation_have_one_id(organisation):
    ids = [item.native_id for item in organisation.all_items()]
    assert len(ids) == len(set(ids)) == len(SIZES.places) * sum(counts(SIZES.of_a_place).values())


def test_a_place_of_the_fewest_resources_has_every_kind():
    assert set(counts(FEWEST)) == set(things.KINDS)
    assert min(counts(FEWEST).values()) == 1


def test_usage_is_busy_or_idle_and_complete_as_far_as_the_model_tells():
    def asked(name, metric):
        place = {"Namespace": "AWS/EC2", "MetricName": metric, "Dimensions": [{"Name": "InstanceId", "Value": name}]}
        return {"Id": f"{name}_{metric}", "MetricStat": {"Metric": place, "Period": 86_400, "Stat": "Maximum"}}

    queries = [asked("busy", "CPUUtilization"), asked("idle", "CPUUtilization"), asked("busy", "NobodyKnows")]
    wanted = {"StartTime": (AS_OF - dt.timedelta(days=3)).timestamp(), "EndTime": AT.timestamp()}
    answer = usage.metric_data(wanted | {"MetricDataQueries": queries}, idle={"idle"}, until=AS_OF)
    told = shapes.parsed("cloudwatch", "GetMetricData", (answer.status, answer.headers, answer.body))
    assert shapes.problems("cloudwatch", "GetMetricData", told) == []
    busy, idle, unknown = told["MetricDataResults"]
    assert (busy["Id"], len(busy["Values"]), unknown["Values"]) == ("busy_CPUUtilization", 3, [])
    assert max(busy["Timestamps"]) == AS_OF - dt.timedelta(days=1)
    assert max(idle["Values"]) < 5 < min(busy["Values"])


def test_the_export_holds_a_line_a_day_of_each_charged_resource_and_is_found_and_read(
    cloud, organisation, folder, tmp_path
):
    charges = bill.write_charges(organisation, tmp_path / "charges.csv")
    lines = bill.publish(tmp_path / "charges.csv", folder / "bucket", as_of=AS_OF, days=2)
    assert lines == charges * 2 > 0
    opened = session(cloud, account=names.PAYER, export=EXPORT)
    [period] = costs.find_periods(session=opened, place=EXPORT).periods
    files = downloads.download_all(session=opened, place=EXPORT, files=period.files, directory=tmp_path)
    with duckdb.connect() as database:
        read = database.from_parquet([str(file) for file in files.values()])
        [(count, days, cost)] = read.aggregate(
            "count(*), count(distinct ChargePeriodStart), sum(EffectiveCost)"
        ).fetchall()
    assert (count, days) == (lines, 2)
    assert cost > 0


def test_the_narrow_place_takes_a_few_calls_at_once_and_no_other_place_minds():
    narrow = NarrowPlace(MEMBER, HOME)
    caller = Caller(arn="", account=MEMBER, user_id="", secret_access_key="", documents=[])

    def call(service):
        return ApiCall(service=service, operation="Describe", action="", resource="*", region=HOME, wire="ec2")

    for _ in range(int(BURST)):
        narrow.strike(call("ec2"), caller)
    with pytest.raises(Refusal) as refused:
        narrow.strike(call("ec2"), caller)
    assert refused.value.kind == "throttle"
    narrow.strike(call("rds"), caller)


def test_calls_are_counted_and_not_written_down():
    counted = Counts()
    listed = ApiCall(service="s3", operation="ListBuckets", action="", resource="", region="", wire="")
    for outcome in ("OK", "OK", "denied"):
        counted.book(access_key_id="", caller=None, call=listed, outcome=outcome, milliseconds=1)
    assert json.loads(json.dumps(counted.since())) == [
        {"service": "s3", "operation": "ListBuckets", "outcome": "OK", "count": 2},
        {"service": "s3", "operation": "ListBuckets", "outcome": "denied", "count": 1},
    ]

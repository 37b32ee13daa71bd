"""Daily usage: complete days, all series, no data never zero, and never more than the cap allows."""

from __future__ import annotations

import dataclasses
import datetime as dt
from decimal import Decimal

import pytest

from connections.provider import MetricPlace
from connections.providers.aws import inventory
from connections.providers.aws import metrics as usage_reader
from connections.providers.aws.inventory import place_of
from connections.providers.aws.metrics import read_usage
from connections.resources import Database, Instance, LoadBalancer, Metric, NatGateway, Volume
from connections.resources.thing import HOUR
from sandbox.aws import names
from sandbox.aws.model import HISTORY_DAYS
from tests.connections.aws import session

CPU = Metric(name="CPUUtilization", statistic="Maximum", unit="%")
BYTES = Metric(name="BytesOutToDestination", statistic="Sum", unit="bytes")
CONNECTIONS = Metric(name="DatabaseConnections", statistic="Maximum", unit="connections")
METRICS = {"instance": (CPU,), "nat_gateway": (BYTES,), "database": (CONNECTIONS, CPU)}


def series_of(days, metrics=METRICS):
    return lambda thing: dict.fromkeys(metrics.get(thing.KIND, ()), days)


@pytest.fixture(scope="module")
def as_of(cloud):
    return dt.datetime.fromisoformat(cloud.estate["as_of"]) + dt.timedelta(hours=9)


@pytest.fixture(scope="module")
def things(cloud, as_of):
    """What stands in one region of the services with the few kinds that are asked about: they do not change."""
    cloud.clear_faults()
    cloud.set_page_size(None)
    return [
        thing
        for service in ("ec2", "elb", "rds", "vpc")
        for thing in inventory.collect(
            session=session(cloud, service=service), service=service, region="us-east-1", at=as_of
        ).resources
    ]


@pytest.fixture
def read(calm_cloud, as_of):
    opened = session(calm_cloud)

    def ask(things, *, days=14, metrics=METRICS, **more):
        wanted = {"series_of": series_of(days, metrics), **more}
        return read_usage(session=opened, region="us-east-1", things=things, at=as_of, **wanted)

    ask.book = opened.book
    return ask


def measured(things):
    """How many series METRICS ask for among `things`."""
    return sum(
        len(METRICS.get(thing.KIND, ()))
        for thing in things
        if not (isinstance(thing, Instance) and thing.state == "stopped")
    )


def test_what_rules_ask_for_is_read_for_every_complete_day(read, things, as_of):
    found = read(things)
    assert found.gaps == ()
    assert len(found.series) == measured(things) > 0
    for series in found.series:
        assert len(series.values) == 14
        assert series.first_date == as_of.date() - dt.timedelta(days=14)
        assert series.metric in {CPU, BYTES, CONNECTIONS}
    assert any(value for series in found.series for value in series.values)


def test_days_before_the_first_are_empty_and_not_zero(read, things):
    found = read(things, days=90)
    assert found.gaps == ()
    assert all(series.values[:30] == (None,) * 30 for series in found.series)


def test_what_is_known_is_not_asked_for_again(read, things, as_of):
    today, day = as_of.date(), dt.timedelta(days=1)
    keys = [(thing.resource_id, metric.key) for thing in things for metric in METRICS.get(thing.KIND, ())]
    found = read(things, known=dict.fromkeys(keys, (today - 30 * day, today - day)))
    assert {(series.first_date, len(series.values)) for series in found.series} == {(today - day, 1)}
    assert read(things, known=dict.fromkeys(keys, (today - 14 * day, today))).series == ()


def test_a_metric_that_is_new_gets_its_whole_history_whatever_is_known_of_others(read, things, as_of):
    today, day = as_of.date(), dt.timedelta(days=1)
    database = next(thing for thing in things if isinstance(thing, Database))
    known = {(database.resource_id, CPU.key): (today - 30 * day, today - day)}
    found = {series.metric: len(series.values) for series in read([database], known=known).series}
    assert found == {CPU: 1, CONNECTIONS: 14}


def test_what_is_known_for_a_shorter_time_than_is_wanted_is_read_whole(read, things, as_of):
    today, day = as_of.date(), dt.timedelta(days=1)
    gateway = next(thing for thing in things if isinstance(thing, NatGateway))
    known = {(gateway.resource_id, BYTES.key): (today - 13 * day, today)}
    assert [len(series.values) for series in read([gateway], known=known).series] == [14]
    assert read([gateway], known=known, days=13).series == ()


@pytest.mark.parametrize(("metric", "days_ago"), [(BYTES, 40), (dataclasses.replace(BYTES, period_seconds=HOUR), 30)])
def test_days_that_passed_since_the_last_read_are_asked_for_also_before_the_window(
    read, things, as_of, metric, days_ago
):
    today, day = as_of.date(), dt.timedelta(days=1)
    gateway = next(thing for thing in things if isinstance(thing, NatGateway))
    known = {(gateway.resource_id, metric.key): (today - 50 * day, today - days_ago * day)}
    [found] = read([gateway], known=known, metrics={"nat_gateway": (metric,)}).series
    assert (found.first_date, len(found.values)) == (today - days_ago * day, days_ago * metric.values_a_day)


@pytest.fixture
def machine(things):
    return next(thing for thing in things if isinstance(thing, Instance) and thing.state == "running")


def test_hours_and_percentiles_are_read_beside_days(read, machine):
    by_hour, p95 = dataclasses.replace(CPU, period_seconds=HOUR), dataclasses.replace(CPU, statistic="p95")
    found = {one.metric: one for one in read([machine], metrics={"instance": (CPU, by_hour, p95)}).series}
    assert {metric.key: len(one.values) for metric, one in found.items()} == {
        "CPUUtilization.Maximum": 14,
        "CPUUtilization.Maximum.hourly": 14 * 24,
        "CPUUtilization.p95": 14,
    }
    hours, days = found[by_hour].values, found[CPU].values
    highest = tuple(max(hours[start : start + 24]) for start in range(0, len(hours), 24))
    assert highest == pytest.approx(days)
    assert all(below < above for below, above in zip(found[p95].values, days, strict=True))


def test_an_hour_without_data_stays_empty_in_its_own_place(read, machine):
    by_hour = dataclasses.replace(CPU, period_seconds=HOUR)
    [found] = read([machine], days=60, metrics={"instance": (by_hour,)}).series
    empty = (60 - HISTORY_DAYS) * 24
    assert found.values[:empty] == (None,) * empty
    assert None not in found.values[empty:]


MEMORY = Metric(name="mem_used_percent", statistic="Maximum", unit="%", namespace="CWAgent")


def test_memory_is_read_where_an_agent_reports_it_and_not_asked_for_elsewhere(read, things):
    machines = [one for one in things if isinstance(one, Instance) and one.state == "running"]
    with_agent = {one.resource_id for one in machines if one.agent_dimensions}
    assert 0 < len(with_agent) < len(machines)
    found = read(machines, metrics={"instance": (MEMORY,)}).series
    assert {one.resource_id for one in found} == with_agent
    holed = {one.resource_id for one in machines if "days-missing" in one.name}
    since_the_first = [one for one in found if one.values[0] is not None]
    assert {one.resource_id for one in since_the_first if None in one.values} == holed & with_agent != set()


def batches(read, things, **more):
    """How many series each request asked for, by what the bill would call one metric."""
    asked = []

    def note(reader, session, batch, until):
        asked.append([(one.thing.resource_id, one.metric.name) for one in batch])
        return iter(())

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(usage_reader, "_pages", note)
        read(things, **more)
    return asked


def test_the_statistics_of_one_metric_go_into_one_request(read, machine):
    many = [dataclasses.replace(machine, resource_id=f"i-{number:017x}") for number in range(400)]
    five = tuple(dataclasses.replace(CPU, statistic=one) for one in ("Average", "Maximum", "Minimum", "p95", "p99"))
    found = batches(read, many, metrics={"instance": (*five, BYTES)})
    in_requests = [set(batch) for batch in found]
    assert sum(len(batch) for batch in found) == 2400
    assert all(len(batch) <= 500 for batch in found)
    assert sum(len(one) for one in in_requests) == len(set().union(*in_requests)) == 800


def test_no_request_asks_for_more_values_than_one_page_of_its_answer_holds(read, machine):
    many = [dataclasses.replace(machine, resource_id=f"i-{number:017x}") for number in range(400)]
    by_hour = dataclasses.replace(CPU, period_seconds=HOUR)
    found = batches(read, many, days=30, metrics={"instance": (by_hour,)})
    assert [len(batch) for batch in found] == [140, 140, 120]


def test_five_hundred_series_go_into_one_request(read, things):
    one = next(thing for thing in things if isinstance(thing, Instance) and thing.state == "running")
    many = [dataclasses.replace(one, resource_id=f"i-{number:017x}") for number in range(1, 1202)]
    found = read(many)
    [calls] = [call for call in read.book.counts() if call.operation == "GetMetricData" and call.outcome == "OK"]
    assert calls.units == 1201
    assert calls.count == 3
    assert len(found.series) == 1201


@dataclasses.dataclass
class Coins:
    """A purse with so many units in it."""

    left: int
    each: set = dataclasses.field(default_factory=set)

    def take(self, units, *, usd_each):
        self.each.add(usd_each)
        given = min(units, self.left)
        self.left -= given
        return given

    def give_back(self, units, *, usd_each):
        self.each.add(usd_each)
        self.left += units


def test_what_the_purse_does_not_give_is_a_gap(read, things):
    purse = Coins(left=3)
    found = read(things, purse=purse)
    assert (len(found.series), purse.left, purse.each) == (3, 0, {Decimal("0.00001")})
    [gap] = found.gaps
    assert (gap.service, gap.reason) == ("cloudwatch", "CAPPED")
    assert f"{measured(things) - 3} of {measured(things)}" in gap.message


@pytest.mark.parametrize(("kind", "reason"), [("deny", "REFUSED"), ("throttle", "THROTTLED"), ("error", "FAILED")])
def test_usage_that_could_not_be_read_is_a_gap_and_no_series(calm_cloud, read, things, kind, reason):
    calm_cloud.fault(kind, operation="GetMetricData", count=None)
    found = read(things)
    assert found.series == ()
    assert [(gap.account_id, gap.reason, gap.action) for gap in found.gaps] == [
        (names.SHOP, reason, "cloudwatch:GetMetricData")
    ]


@pytest.mark.parametrize("kind", ["deny", "throttle", "error"])
def test_what_was_not_answered_costs_nothing_and_goes_back_into_the_purse(calm_cloud, read, things, kind):
    calm_cloud.fault(kind, operation="GetMetricData", count=None)
    purse = Coins(left=1000)
    read(things, purse=purse)
    assert purse.left == 1000


def test_work_that_is_ended_before_it_asks_gives_everything_back(read, things):
    def end():
        raise InterruptedError

    purse = Coins(left=1000)
    read.book.before_call = end
    with pytest.raises(InterruptedError):
        read(things, purse=purse)
    assert purse.left == 1000


@pytest.mark.parametrize("status", ["PartialData", "InternalError", "Forbidden", None])
def test_a_series_that_is_not_complete_is_left_out_and_said(calm_cloud, things, as_of, status):
    opened = session(calm_cloud)

    def spoil(parsed, **_):
        first = parsed["MetricDataResults"][0]
        if status is None:
            parsed["MetricDataResults"].remove(first)
        else:
            first["StatusCode"] = status

    opened.client("cloudwatch").meta.events.register("after-call.cloudwatch.GetMetricData", spoil)
    found = read_usage(session=opened, region="us-east-1", things=things, series_of=series_of(14), at=as_of)
    assert len(found.series) == measured(things) - 1
    [gap] = found.gaps
    assert gap.reason == ("REFUSED" if status == "Forbidden" else "FAILED")
    assert gap.message.startswith("1 usage series")


def test_a_series_spread_over_pages_is_put_together(calm_cloud, read, things):
    whole = read(things)
    calm_cloud.set_page_size(2)
    assert {repr(series) for series in read(things).series} == {repr(series) for series in whole.series}


def test_a_stopped_machine_is_not_asked_about(read, things):
    stopped = [thing for thing in things if isinstance(thing, Instance) and thing.state == "stopped"]
    assert stopped
    assert read(stopped).series == ()


BASE = {"account_id": "1", "region": "us-east-1", "observed_at": dt.datetime(2026, 1, 1, tzinfo=dt.UTC)}
BALANCER = "arn:aws:elasticloadbalancing:us-east-1:1:loadbalancer/"


@pytest.mark.parametrize(
    ("thing", "place"),
    [
        (Instance(resource_id="i-1", state="running", instance_type="x", **BASE), ("AWS/EC2", "InstanceId", "i-1")),
        (
            Volume(resource_id="vol-1", volume_type="gp3", size_gib=1, state="", **BASE),
            ("AWS/EBS", "VolumeId", "vol-1"),
        ),
        (NatGateway(resource_id="nat-1", state="", **BASE), ("AWS/NATGateway", "NatGatewayId", "nat-1")),
        (
            LoadBalancer(resource_id=f"{BALANCER}app/web/1", balancer_type="application", state="", **BASE),
            ("AWS/ApplicationELB", "LoadBalancer", "app/web/1"),
        ),
        (
            LoadBalancer(resource_id=f"{BALANCER}net/tcp/2", balancer_type="network", state="", **BASE),
            ("AWS/NetworkELB", "LoadBalancer", "net/tcp/2"),
        ),
        (
            Database(
                resource_id="arn:aws:rds:x", name="db", state="", instance_class="", engine="", storage_gib=1, **BASE
            ),
            ("AWS/RDS", "DBInstanceIdentifier", "db"),
        ),
    ],
)
def test_each_kind_has_its_place_in_cloudwatch(thing, place):
    namespace, *dimension = place
    found = place_of(thing)
    assert (found.namespace, found.dimensions) == (namespace, (tuple(dimension),))


def test_a_metric_that_names_another_namespace_is_kept_there_or_nowhere():
    place = MetricPlace(
        namespace="AWS/EC2", dimensions=(("InstanceId", "i-1"),), elsewhere={"CWAgent": (("host", "a"),)}
    )
    assert place.of(CPU) == ("AWS/EC2", (("InstanceId", "i-1"),))
    assert place.of(MEMORY) == ("CWAgent", (("host", "a"),))
    assert dataclasses.replace(place, elsewhere={}).of(MEMORY) is None

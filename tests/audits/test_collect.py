"""What a step writes: what stands now, what is gone, usage laid over usage, and since when a volume hangs loose."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import fields, replace
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audits import collect, record
from audits.collect import (
    LAST_USE_DAYS,
    Credential,
    StoppableBook,
    Wanted,
    asked,
    choose_regions,
    kinds_of,
    last_use_of,
    look,
    places,
)
from audits.models import Audit, Gap, Resource, Step, Usage
from audits.record import merged, with_detachment, with_stop
from audits.things import from_data, to_data
from connections.models import Connection
from connections.provider import Collected, GapFound, Series
from connections.providers.aws.calls import GET_METRIC_DATA
from connections.providers.aws.collectors import rds
from connections.resources import (
    KINDS,
    Instance,
    Metric,
    Volume,
)
from connections.resources.thing import HOUR, KEPT_DAYS
from tenants import scope
from tests.conftest import AT
from tests.database import acting_as
from tests.things import things

DAY = dt.timedelta(days=1)
ACCOUNT, REGION = "222233334444", "eu-west-1"
PLACE: dict[str, Any] = {"account_id": ACCOUNT, "region": REGION, "observed_at": AT, "created_at": AT - 400 * DAY}
VOLUME = Volume(
    resource_id="vol-1", volume_type="gp3", size_gib=100, state="available", name="data", tags={"team": "shop"}, **PLACE
)
ATTACHED = replace(VOLUME, state="in-use", attached_to=("i-1",), attached_states=("running",))
INSTANCE = Instance(resource_id="i-1", state="running", instance_type="m5.large", volume_ids=("vol-1",), **PLACE)
READS = Metric(name="VolumeReadOps", statistic="Sum", unit="operations")
WRITES = replace(READS, name="VolumeWriteOps")
FIRST = dt.date(2026, 11, 1)


def series(*values, first=FIRST, resource_id="vol-1"):
    return Series(resource_id=resource_id, metric=READS, first_date=first, values=values)


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
@given(data=st.data())
def test_a_resource_of_any_kind_comes_back_from_json_as_it_was(kind, data):
    thing = data.draw(things(kind))
    assert from_data(kind.KIND, json.loads(json.dumps(to_data(thing)))) == thing


def test_a_field_that_is_no_longer_known_is_left_out():
    assert from_data("volume", {**to_data(VOLUME), "was_once": 1}) == VOLUME
    # from_data goes by the names.
    hinted = {one.name for kind in KINDS.values() for one in fields(kind) if "datetime" in str(one.type)}
    named = {one.name for kind in KINDS.values() for one in fields(kind) if one.name.endswith("_at")}
    assert hinted == named


@pytest.mark.parametrize(
    ("volume", "earlier", "last_used", "is_measured", "expected"),
    [
        pytest.param(ATTACHED, VOLUME, FIRST, True, (None, None), id="attached now"),
        pytest.param(VOLUME, ATTACHED, None, True, (AT, "audits"), id="attached at our last audit"),
        pytest.param(
            VOLUME,
            replace(VOLUME, detached_at=AT - 9 * DAY, detached_at_from="audits"),
            None,
            True,
            (AT - 9 * DAY, "audits"),
            id="known already",
        ),
        pytest.param(
            VOLUME,
            replace(VOLUME, detached_at=AT - 400 * DAY, detached_at_from="creation"),
            dt.date(2026, 11, 10),
            True,
            (dt.datetime(2026, 11, 11, tzinfo=dt.UTC), "metrics"),
            id="used since",
        ),
        pytest.param(
            VOLUME,
            None,
            dt.date(2026, 11, 10),
            True,
            (dt.datetime(2026, 11, 11, tzinfo=dt.UTC), "metrics"),
            id="last used",
        ),
        pytest.param(VOLUME, None, dt.date(2026, 11, 20), True, (AT, "metrics"), id="last used today"),
        pytest.param(VOLUME, None, None, True, (AT - 400 * DAY, "creation"), id="asked, never used"),
        pytest.param(VOLUME, None, None, False, (None, None), id="never asked"),
        pytest.param(replace(VOLUME, created_at=None), None, None, True, (None, None), id="made who knows when"),
    ],
)
def test_since_when_a_volume_hangs_loose(volume, earlier, last_used, is_measured, expected):
    found = with_detachment(volume, earlier=earlier, last_used=last_used, is_measured=is_measured)
    assert (found.detached_at, found.detached_at_from) == expected


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (None, series(1.0, None), (FIRST, [1.0, None])),
        ((FIRST, [1.0, 2.0]), series(9.0, first=FIRST + DAY), (FIRST, [1.0, 9.0])),
        ((FIRST, [1.0, 2.0]), series(None, 3.0, first=FIRST + DAY), (FIRST, [1.0, 2.0, 3.0])),
        ((FIRST, [1.0]), series(4.0, first=FIRST + DAY), (FIRST, [1.0, 4.0])),
        ((FIRST + 3 * DAY, [1.0]), series(None, 2.0, None, None, 4.0), (FIRST, [None, 2.0, None, 1.0, 4.0])),
        ((FIRST, [1.0]), series(), (FIRST, [1.0])),
    ],
)
def test_usage_is_laid_over_usage_and_no_data_erases_nothing(old, new, expected):
    assert merged(old, new) == expected


@pytest.mark.parametrize("days", [2, 3, 30])
def test_what_is_known_is_let_go_where_days_after_it_were_not_asked_for(days):
    assert merged((FIRST, [1.0]), series(4.0, first=FIRST + days * DAY)) == (FIRST + days * DAY, [4.0])
    hours = replace(series(*[4.0] * 24, first=FIRST + days * DAY), metric=replace(READS, period_seconds=HOUR))
    assert merged((FIRST, [1.0] * 24), hours) == (FIRST + days * DAY, [4.0] * 24)
    assert merged((FIRST, [1.0] * 24 * days), hours) == (FIRST, [1.0] * 24 * days + [4.0] * 24)


def test_old_usage_is_let_go():
    first, values = merged((FIRST, [1.0] + [None] * 499), series(2.0, first=FIRST + 500 * DAY))
    assert len(values) == KEPT_DAYS[86400]
    assert first == FIRST + 101 * DAY
    assert [value for value in values if value is not None] == [2.0]


def test_old_hours_are_let_go_sooner_and_by_whole_days():
    by_hour = replace(READS, period_seconds=HOUR)
    new = Series(resource_id="vol-1", metric=by_hour, first_date=FIRST + 60 * DAY, values=(None,) * 23 + (2.0,))
    first, values = merged((FIRST, [1.0] * 48 + [None] * 58 * 24), new)
    assert (first, len(values)) == (FIRST + 26 * DAY, KEPT_DAYS[HOUR] * 24)
    assert [place for place, value in enumerate(values) if value is not None] == [len(values) - 1]


@pytest.mark.parametrize(
    ("enabled", "wanted", "looked_at", "left_out"),
    [
        (["eu-west-1", "us-east-1"], [], ("eu-west-1", "us-east-1"), []),
        (["eu-west-1", "us-east-1"], ["us-east-1"], ("us-east-1",), ["eu-west-1"]),
        (["eu-west-1"], ["eu-west-1", "me-south-1"], ("eu-west-1",), ["me-south-1"]),
    ],
)
def test_regions_left_out_are_gaps(enabled, wanted, looked_at, left_out):
    regions, gaps = choose_regions(enabled=enabled, wanted=wanted, account_id=ACCOUNT)
    assert regions == looked_at
    assert [(gap.region, gap.reason) for gap in gaps] == [(region, "NOT_LOOKED_AT") for region in left_out]


def test_a_step_enters_for_the_calls_of_its_own_collector(monkeypatch):
    class Entered(Exception):
        pass

    def enter(*, reads, **_):
        raise Entered(reads)

    monkeypatch.setattr(collect, "open_session", enter)
    connection: Any = SimpleNamespace(id="c-1", external_id="cf-1")
    credential = Credential(connection=connection, secret={"role_arn": "arn"}, digest="", pinned_account_id=None)
    step: Any = SimpleNamespace(service="rds", region=REGION)
    with pytest.raises(Entered) as entered:
        look(step=step, credential=credential, wanted=Wanted(series_of=lambda _: {}), book=StoppableBook(dict), at=AT)
    assert entered.value.args == ((*rds.COLLECTOR.calls, GET_METRIC_DATA),)


def test_every_kind_is_looked_for_somewhere():
    found = places(regions=("eu-west-1",), is_payer=True)
    assert {kind for _, service in found for kind in kinds_of(service)} == set(KINDS)
    assert kinds_of("a service of an older release") == ()


def test_a_step_that_is_to_end_does_so_after_its_next_call():
    def end():
        raise TimeoutError

    book = StoppableBook(end)
    with pytest.raises(TimeoutError):
        book.note(service="ec2", operation="DescribeVolumes")
    assert [(one.operation, one.count) for one in book.counts()] == [("DescribeVolumes", 1)]


@pytest.fixture
def inside(organization):
    with scope.organization(organization.id):
        Connection.objects.create(label="Shop", state="CONNECTED", account_id=ACCOUNT, created_at=AT)
        with acting_as("cf_worker"):
            yield


def write(*things, at=AT, gaps=(), usage=(), region=REGION):
    """One audit's EC2 step."""
    connection = Connection.objects.get()
    audit = Audit.objects.create(connection=connection, requested_by="a test", requested_at=at, state="DONE")
    step = Step.objects.create(
        audit=audit, connection=connection, kind="INVENTORY", account_id=ACCOUNT, region=region, service="ec2"
    )
    collected = Collected(resources=things, series=tuple(usage), gaps=tuple(gaps))
    record.write(step=step, collected=collected, kinds=kinds_of("ec2"), at=at)
    return step


def stored(resource_id="vol-1"):
    return Resource.objects.get(resource_id=resource_id)


def test_a_resource_keeps_its_row_and_when_it_was_first_seen(inside):
    write(VOLUME)
    row = stored()
    write(replace(VOLUME, size_gib=200, name="renamed"), at=AT + DAY)
    again = stored()
    assert (again.id, again.first_seen_at, again.last_seen_at) == (row.id, AT, AT + DAY)
    assert (again.data["size_gib"], again.name, again.gone_at) == (200, "renamed", None)


def test_what_is_no_longer_there_is_gone_and_may_come_back(inside):
    write(VOLUME, INSTANCE)
    write(INSTANCE, at=AT + DAY)
    assert (stored().gone_at, stored("i-1").gone_at) == (AT + DAY, None)
    write(VOLUME, at=AT + 2 * DAY)
    assert (stored().gone_at, stored().first_seen_at) == (None, AT)


def test_what_a_gap_hides_is_not_gone(inside):
    write(VOLUME, INSTANCE)
    gap = GapFound(
        account_id=ACCOUNT, region=REGION, service="ec2", action="ec2:DescribeVolumes", reason="REFUSED", message="No.",
        kinds=("volume",),
    )  # fmt: skip
    write(at=AT + DAY, gaps=[gap])
    assert (stored().gone_at, stored("i-1").gone_at) == (None, AT + DAY)


def test_what_stands_in_another_region_is_not_gone(inside):
    write(VOLUME)
    write(at=AT + DAY, region="us-east-1")
    assert stored().gone_at is None


def test_since_when_a_machine_has_been_stopped_audits_know_where_aws_does_not(inside):
    stopped = replace(INSTANCE, state="stopped", launched_at=AT - 90 * DAY)
    seen = []
    for nights, machine in enumerate((INSTANCE, stopped, stopped, replace(stopped, launched_at=AT + 2.5 * DAY))):
        write(replace(machine, observed_at=AT + nights * DAY), at=AT + nights * DAY)
        found = stored("i-1").data.get("seen_stopped_at")
        seen.append(found and dt.datetime.fromisoformat(found) - AT)
    assert seen == [None, 1 * DAY, 1 * DAY, 3 * DAY]


@pytest.mark.parametrize("told", [{"state": "running"}, {"stopped_at": AT - DAY}, {"launched_at": None}])
def test_what_runs_or_says_when_it_stopped_or_not_when_it_was_launched_needs_no_audit_to_tell(told):
    machine = replace(INSTANCE, **{"state": "stopped", "launched_at": AT - 90 * DAY, **told})
    assert with_stop(machine, earlier=machine) == machine


def test_the_second_audit_sees_that_a_volume_was_detached_since(inside):
    write(ATTACHED)
    write(replace(VOLUME, observed_at=AT + DAY), at=AT + DAY)
    assert stored().data["detached_at_from"] == "audits"
    assert dt.datetime.fromisoformat(stored().data["detached_at"]) == AT + DAY
    write(replace(VOLUME, observed_at=AT + 2 * DAY), at=AT + 2 * DAY)
    assert dt.datetime.fromisoformat(stored().data["detached_at"]) == AT + DAY


def test_only_days_that_are_missing_are_asked_for(inside):
    step = write(VOLUME, usage=[series(1.0, 2.0)])
    known = {("vol-1", "VolumeReadOps.Sum"): (FIRST, FIRST + 2 * DAY)}
    assert record.known_spans(step=step, kinds=kinds_of("ec2")) == known
    write(VOLUME, usage=[series(3.0, first=FIRST + 2 * DAY)], at=AT + DAY)
    usage = Usage.objects.get()
    assert (usage.first_date, usage.values, usage.unit) == (FIRST, [1.0, 2.0, 3.0], "operations")


def test_hours_are_kept_beside_the_days_of_the_same_statistic_and_known_apart(inside):
    by_hour = replace(READS, period_seconds=HOUR)
    hours = Series(resource_id="vol-1", metric=by_hour, first_date=FIRST, values=(1.0,) * 24)
    step = write(VOLUME, usage=[series(24.0), hours])
    write(VOLUME, usage=[replace(hours, first_date=FIRST + DAY, values=(None, *[2.0] * 23))], at=AT + DAY)
    assert record.known_spans(step=step, kinds=kinds_of("ec2")) == {
        ("vol-1", "VolumeReadOps.Sum"): (FIRST, FIRST + DAY),
        ("vol-1", "VolumeReadOps.Sum.hourly"): (FIRST, FIRST + 2 * DAY),
    }
    kept = Usage.objects.get(period_seconds=HOUR)
    assert kept.values == [1.0] * 24 + [None] + [2.0] * 23
    assert Usage.objects.get(period_seconds=86400).values == [24.0]


def test_usage_of_what_was_not_seen_is_dropped(inside):
    write(VOLUME, usage=[series(1.0, resource_id="vol-elsewhere")])
    assert Usage.objects.count() == 0
    assert Gap.objects.count() == 0


@pytest.mark.parametrize("begun", [None, AT - dt.timedelta(hours=2)])
def test_days_of_usage_count_back_from_when_the_audit_began(monkeypatch, begun):
    monkeypatch.setattr(collect, "read_usage", lambda **asking: asking["at"])
    wanted = Wanted(series_of=lambda _: {}, begun=begun)
    assert collect._usage(None, SimpleNamespace(region="eu-west-1"), [VOLUME], wanted, at=AT) == (begun or AT)


def test_no_series_of_a_volume_is_asked_for_twice():
    wanted = Wanted(series_of=lambda _: {READS: 30, WRITES: 30})
    usual, for_last_use = asked([VOLUME, ATTACHED, INSTANCE], wanted)
    assert usual == ([ATTACHED, INSTANCE], wanted)
    assert for_last_use == ([VOLUME], replace(wanted, series_of=last_use_of))
    assert last_use_of(VOLUME) == {READS: LAST_USE_DAYS}

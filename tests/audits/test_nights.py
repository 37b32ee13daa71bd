"""One audit a local date, whatever daylight saving does; a missed night is caught up once; paused ones are skipped."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest

from audits import nights
from audits.models import Audit, Schedule
from audits.nights import Rhythm
from connections.models import Connection
from tenants import scope
from tenants.models import Organization
from tests.conftest import AT
from tests.database import acting_as

DAY = dt.timedelta(days=1)
TWO, HALF_PAST_TWO, MIDNIGHT = dt.time(2, 0), dt.time(2, 30), dt.time(0, 0)
PLACES = [
    "UTC",
    "Europe/Berlin",
    "America/New_York",
    "Australia/Lord_Howe",
    "America/Sao_Paulo",
    "Asia/Beirut",
    "Asia/Kolkata",
]


def utc(year, month, day, hour=0, minute=0):
    return dt.datetime(year, month, day, hour, minute, tzinfo=dt.UTC)


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("hour", [MIDNIGHT, TWO, HALF_PAST_TWO, dt.time(23, 45)])
@pytest.mark.parametrize("jitter", [0, 3599])
def test_every_local_date_of_a_year_has_one_moment_in_order(place, hour, jitter):
    rhythm = Rhythm(night_time=hour, timezone=place, jitter_seconds=jitter)
    at, seen = utc(2026, 1, 1), []
    while at < utc(2027, 1, 1):
        night, at = rhythm.next(at=at)
        assert rhythm.last(at=at) == (night, at)
        seen.append(night)
    assert seen == [seen[0] + number * DAY for number in range(len(seen))]
    assert len(seen) >= 365


@pytest.mark.parametrize(
    ("place", "hour", "night", "expected"),
    [
        ("Europe/Berlin", TWO, (2026, 7, 1), utc(2026, 7, 1, 0, 0)),
        ("Europe/Berlin", TWO, (2026, 12, 1), utc(2026, 12, 1, 1, 0)),
        # 02:30 does not exist on the night when the clocks go forward, and comes twice when they go back.
        ("Europe/Berlin", HALF_PAST_TWO, (2026, 3, 29), utc(2026, 3, 29, 1, 30)),
        ("Europe/Berlin", HALF_PAST_TWO, (2026, 10, 25), utc(2026, 10, 25, 0, 30)),
        ("America/New_York", HALF_PAST_TWO, (2026, 3, 8), utc(2026, 3, 8, 7, 30)),
        ("America/New_York", dt.time(1, 30), (2026, 11, 1), utc(2026, 11, 1, 5, 30)),
    ],
)
def test_a_night_is_due_at_the_local_hour(place, hour, night, expected):
    assert Rhythm(night_time=hour, timezone=place).moment(dt.date(*night)) == expected


def test_a_date_that_a_place_left_out_has_no_night():
    """Samoa crossed the date line: there was no 30 December 2011."""
    rhythm = Rhythm(night_time=TWO, timezone="Pacific/Apia")
    assert rhythm.moment(dt.date(2011, 12, 30)) is None
    night, _ = rhythm.next(at=utc(2011, 12, 29, 13, 0))
    assert night == dt.date(2011, 12, 31)


@pytest.fixture
def shop(organization):
    with scope.organization(organization.id):
        return Connection.objects.create(label="Shop", state="CONNECTED", account_id="222233334444", created_at=AT)


@pytest.fixture
def schedule(shop, organization):
    with acting_as("cf_worker"), scope.organization(organization.id):
        return nights.plan_nights(connection=shop, at=AT)


@pytest.fixture
def inside(organization, schedule):
    """The worker, inside the organisation's scope."""
    with acting_as("cf_worker"), scope.organization(organization.id):
        yield


def begin(schedule, at):
    return nights.begin_night(schedule_id=schedule.id, at=at)


def planned(schedule):
    return Schedule.objects.get(id=schedule.id).due_at


def end_audits(at):
    Audit.objects.filter(ended_at=None).update(state="DONE", ended_at=at, due_at=None)


def test_a_connection_gets_its_next_night_with_a_jitter_that_stays(shop, schedule, inside):
    assert schedule.due_at == utc(2026, 11, 21, 2, 0) + dt.timedelta(seconds=schedule.jitter_seconds)
    assert 0 <= schedule.jitter_seconds < nights.JITTER_SECONDS
    again = nights.plan_nights(connection=shop, at=AT + DAY)
    assert (again.id, again.due_at, again.jitter_seconds) == (schedule.id, schedule.due_at, schedule.jitter_seconds)


def test_the_night_of_whoever_holds_the_export_comes_first_since_the_others_go_by_its_bill(shop, schedule, inside):
    with acting_as("cf_web"):
        Connection.objects.update(export_bucket="bills", export_name="focus", export_region="us-east-1")
    Schedule.objects.update(due_at=None, jitter_seconds=1800)
    again = nights.plan_nights(connection=Connection.objects.get(id=shop.id), at=AT)
    assert again.due_at == utc(2026, 11, 21, 2, 0)


def test_a_night_is_one_though_the_export_has_gone_since_it_was_planned(schedule, inside):
    Schedule.objects.update(due_at=utc(2026, 11, 21, 2, 0), jitter_seconds=1800)  # as whoever holds an export begins
    assert begin(schedule, utc(2026, 11, 21, 2, 0)).night_date == dt.date(2026, 11, 21)
    end_audits(utc(2026, 11, 21, 2, 10))
    assert begin(schedule, utc(2026, 11, 21, 2, 30)) is None
    assert Audit.objects.count() == 1
    assert planned(schedule) == utc(2026, 11, 22, 2, 30)


def test_when_the_night_comes_its_audit_is_asked_for_and_the_next_is_planned(schedule, inside):
    audit = begin(schedule, schedule.due_at)
    assert (audit.night_date, audit.state, audit.due_at) == (dt.date(2026, 11, 21), "REQUESTED", schedule.due_at)
    assert audit.requested_by == nights.NIGHTLY
    assert planned(schedule) == schedule.due_at + DAY


def test_a_night_is_begun_once_however_often_its_message_comes(schedule, inside):
    assert begin(schedule, schedule.due_at) is not None
    assert begin(schedule, schedule.due_at) is None
    assert Audit.objects.count() == 1


def test_a_night_that_was_begun_is_not_begun_again_by_an_older_plan(schedule, inside):
    """As if the plan were lost: the row is due again although its audit was asked for."""
    begin(schedule, schedule.due_at)
    end_audits(AT)
    Schedule.objects.update(due_at=schedule.due_at, last_night_date=None)
    assert begin(schedule, schedule.due_at) is None
    assert Audit.objects.count() == 1
    assert planned(schedule) == schedule.due_at + DAY


def test_missed_nights_are_caught_up_once(schedule, inside):
    late = schedule.due_at + 5 * DAY + dt.timedelta(hours=7)
    audit = begin(schedule, late)
    assert audit.night_date == dt.date(2026, 11, 26)
    assert planned(schedule) == schedule.due_at + 6 * DAY
    assert begin(schedule, late) is None


def test_a_night_waits_while_another_audit_runs(shop, schedule, inside):
    running = Audit.objects.create(connection=shop, requested_by="Ada", requested_at=AT, due_at=AT)
    assert begin(schedule, schedule.due_at) is None
    later = planned(schedule)
    assert later == schedule.due_at + dt.timedelta(seconds=nights.BUSY_SECONDS)
    Audit.objects.filter(id=running.id).update(state="DONE", ended_at=later, due_at=None)
    assert begin(schedule, later).night_date == dt.date(2026, 11, 21)


def test_a_paused_connection_is_skipped_and_what_was_missed_is_not_made_up(shop, schedule, organization):
    with scope.organization(organization.id):
        nights.pause(connection=shop)
        assert planned(schedule) is None
    with acting_as("cf_worker"), scope.organization(organization.id):
        Schedule.objects.update(due_at=schedule.due_at)  # a message that was on its way
        assert begin(schedule, schedule.due_at) is None
        assert planned(schedule) is None
    with scope.organization(organization.id):
        nights.resume(connection=shop, at=AT + 3 * DAY)
        assert planned(schedule) == schedule.due_at + 3 * DAY
        assert Audit.objects.count() == 0


@pytest.mark.parametrize("state", ["DRAFT", "CHECKING", "REFUSED", "DELETED"])
def test_only_a_connection_in_use_has_nights(shop, schedule, inside, state):
    Connection.objects.filter(id=shop.id).update(state=state)
    assert begin(schedule, schedule.due_at) is None
    assert planned(schedule) is None


def test_another_hour_moves_the_next_night(schedule, organization):
    with scope.organization(organization.id):
        Organization.objects.update(night_time=dt.time(4, 0), timezone="Asia/Tokyo")
        nights.replan(at=AT)
        moved = planned(schedule) - dt.timedelta(seconds=schedule.jitter_seconds)
    assert moved.astimezone(ZoneInfo("Asia/Tokyo")).time() == dt.time(4, 0)

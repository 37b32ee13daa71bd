"""How far a load is is told while its transaction is open, waits for nobody, and fails nothing."""

from __future__ import annotations

import datetime as dt
import threading
import time
from copy import copy
from uuid import uuid4

import psycopg
import pytest
from django.db import Error, connection
from django.utils import timezone

from audits import load_progress
from audits.load_meter import Meter, Phase
from audits.load_progress_model import LoadProgress
from audits.models import BillSource, BillUpload
from costframe import telling
from tenants import scope
from tests.conftest import AT
from tests.tenants import catalogue

SECONDS = 30


def inside(job):
    """The job in one transaction of the organisation."""

    def run():
        with scope.organization(catalogue.A):
            return job()

    return run


@pytest.fixture
def upload(at_once):
    """An upload that a worker holds, committed."""
    with psycopg.connect(at_once.urls["admin"]) as admin:
        catalogue.fill(admin, "tenants_organization")

    @inside
    def ask():
        source = BillSource.objects.create(label="Azure", created_at=AT)
        return BillUpload.objects.create(source=source, requested_by="Ada", requested_at=AT, due_at=AT, size_bytes=9)

    asked = at_once.start(ask, login="cf_web").result(SECONDS)

    @inside
    def take():
        return BillUpload.take(asked.id, at=timezone.now(), seconds=60, state="RUNNING")

    return at_once.start(take).result(SECONDS)


@pytest.fixture
def meter():
    meter = Meter()
    meter.begin(Phase.WRITING, all_rows=10)
    meter.add(done_rows=4)
    return meter


def say(at_once, upload, meter):
    def tell():
        return telling.say(work=upload, organization_id=catalogue.A, meter=meter)

    return at_once.start(tell).result(SECONDS)


def seen(at_once, upload):
    """What the page tells."""

    @inside
    def look():
        found = load_progress.told_of(BillUpload.objects.get(id=upload.id), at=timezone.now())
        return found and found.sentence

    return at_once.start(look, login="cf_web").result(SECONDS)


def test_the_page_is_told_while_the_load_is_not_committed(at_once, upload, meter):
    has_begun, may_end = threading.Event(), threading.Event()

    @inside
    def load():
        assert upload.hold(at=timezone.now(), seconds=60)  # which locks the row, as a load's transaction does
        has_begun.set()
        assert may_end.wait(SECONDS)

    loading = at_once.start(load)
    try:
        assert has_begun.wait(SECONDS)
        assert seen(at_once, upload) is None
        assert say(at_once, upload, meter) is True
        assert seen(at_once, upload) == "Writing the lines to the database: 4 of 10 lines."
        meter.add(done_rows=5)
        assert say(at_once, upload, meter) is True
        assert seen(at_once, upload) == "Writing the lines to the database: 9 of 10 lines."
        assert not loading.done()
    finally:
        may_end.set()
    loading.result(SECONDS)


def test_who_was_given_up_on_tells_nothing_any_more(at_once, upload, meter):
    overtaken = copy(upload)
    overtaken.claim = uuid4()
    assert say(at_once, overtaken, meter) is False
    assert say(at_once, upload, meter) is True
    assert say(at_once, overtaken, meter) is False
    assert seen(at_once, upload) == "Writing the lines to the database: 4 of 10 lines."


def test_at_its_end_it_is_forgotten_whatever_came_of_it(at_once, upload, meter):
    rows = []

    class Broken(Exception):
        pass

    @inside
    def count():
        rows.append(LoadProgress.objects.count())

    def load():
        with telling.told(work=upload, organization_id=catalogue.A, meter=meter):
            telling.say(work=upload, organization_id=catalogue.A, meter=meter)
            count()
            raise Broken

    with pytest.raises(Broken):
        at_once.start(load).result(SECONDS)
    at_once.start(count).result(SECONDS)
    assert rows == [1, 0]


def test_a_row_that_somebody_else_has_locked_is_not_waited_for(at_once, upload, meter, monkeypatch):
    monkeypatch.setattr(telling, "MOST_MILLISECONDS", 50)
    assert say(at_once, upload, meter) is True
    with psycopg.connect(at_once.urls["admin"]) as admin:
        admin.execute("select * from audits_loadprogress for update")
        began = time.monotonic()
        assert say(at_once, upload, meter) is True, "it is tried again next time"
        assert time.monotonic() - began < 10
        admin.rollback()


def test_a_database_that_fails_ends_no_load(upload, at_once, meter, monkeypatch):
    def broken(**given):
        raise Error("no more connections")

    def load():
        monkeypatch.setattr(load_progress, "tell", broken)
        monkeypatch.setattr(load_progress, "forget", broken)
        with telling.told(work=upload, organization_id=catalogue.A, meter=meter):
            assert telling.say(work=upload, organization_id=catalogue.A, meter=meter) is True
        return "loaded"

    assert at_once.start(load).result(SECONDS) == "loaded"


def test_a_load_without_a_phase_writes_nothing(at_once, upload):
    assert say(at_once, upload, Meter()) is True
    with psycopg.connect(at_once.urls["admin"]) as admin:
        assert admin.execute("select count(*) from audits_loadprogress").fetchone() == (0,)


def test_web_may_look_and_no_more(at_once, upload, meter):
    assert say(at_once, upload, meter) is True

    @inside
    def write():
        with connection.cursor() as cursor, pytest.raises(Error, match="permission denied"):
            cursor.execute("update audits_loadprogress set done_rows = 1")
        connection.needs_rollback = True

    at_once.start(write, login="cf_web").result(SECONDS)


def test_nobody_waits_long_for_the_last_word(upload):
    assert telling.MOST_MILLISECONDS <= 2000 <= telling.EVERY_SECONDS * 1000
    assert dt.timedelta(seconds=load_progress.SILENT_SECONDS) > 3 * dt.timedelta(seconds=telling.EVERY_SECONDS)

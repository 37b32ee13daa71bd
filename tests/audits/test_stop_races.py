"""However many ask at once that a load stops, and whoever ends it meanwhile: it is asked once, or not at all."""

from __future__ import annotations

import threading
from uuid import uuid4

import psycopg
import pytest

from audits import upload_stop, uploads
from audits.bill_files import HandedIn
from audits.upload_models import BillUpload
from tenants import scope
from tests.conftest import AT
from tests.tenants import catalogue

SECONDS = 30


def inside(job):
    def run():
        with scope.organization(catalogue.A):
            return job()

    return run


@pytest.fixture
def upload(at_once):
    """Files that a worker has taken, committed."""
    with psycopg.connect(at_once.urls["admin"]) as admin:
        catalogue.fill(admin, "tenants_organization")
    files = [HandedIn(name="a.csv", size=1)]
    ask = inside(lambda: uploads.request_upload(upload_id=uuid4(), label="Files", files=files, by="Ada", at=AT))
    asked = at_once.start(ask, login="cf_web").result(SECONDS)
    return at_once.start(inside(lambda: BillUpload.take(asked.id, at=AT, seconds=60, state="RUNNING"))).result(SECONDS)


def race(at_once, upload, first, *, login):
    """What `first` gives, and what somebody is told who asks that it stops while the first one has not committed."""
    is_done, may_commit = threading.Event(), threading.Event()

    @inside
    def hold():
        found = first(upload)
        is_done.set()
        assert may_commit.wait(SECONDS)
        return found

    one = at_once.start(hold, login=login)
    try:
        assert is_done.wait(SECONDS)
        other = at_once.start(inside(lambda: stop(upload)), login="cf_web")
        at_once.wait_until_one_waits()
    finally:
        may_commit.set()
    return one.result(SECONDS), other.result(SECONDS)


def stop(upload):
    return upload_stop.request_stop(upload=upload, by="Bo", at=AT)


def end(upload):
    return uploads.end(upload, state=BillUpload.State.DONE, message="", at=AT)


@pytest.mark.parametrize(
    ("first", "login", "asked"), [(stop, "cf_web", 1), (end, "cf_worker", 0)],
    ids=["who had pressed before", "the end of the load"],
)  # fmt: skip
def test_who_presses_stop_waits_for_who_was_first_and_changes_nothing(at_once, upload, first, login, asked):
    assert race(at_once, upload, first, login=login) == (True, False)
    with psycopg.connect(at_once.urls["admin"]) as admin:
        booked = admin.execute("select count(*) from tenants_activity where verb = 'bill.stop_requested'").fetchone()
        stops = admin.execute("select count(*) from audits_billuploadstop").fetchone()
    assert (booked, stops) == ((asked,), (asked,))

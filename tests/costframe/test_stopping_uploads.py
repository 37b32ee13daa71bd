"""Files that were handed in are given up as somebody asks: while they wait, are read, written or judged."""

from __future__ import annotations

import threading
import time
from contextlib import contextmanager

import pytest
from django.db import connection as database

from audits import bills, upload_step, upload_stop
from audits.models import BillLoad, BillUpload, BillUploadStop, CostLine
from costframe import bill_uploads, claims
from tenants import scope
from tenants.models import Activity
from tenants.roles import Role
from tests.audits.focus_files import text_of
from tests.audits.uploading import hand_in, the_upload
from tests.connections.test_views import text
from tests.costframe.test_bill_uploads import (  # noqa: F401 - a fixture
    GOOD,
    change,
    current,
    nothing_is_left,
    own_folder,
    work,
)
from tests.database import acting_as
from tests.web import Visitor


def stop(visitor, organization):
    return visitor.post(f"/bills/uploads/{the_upload(organization).id}/stop/")


def test_files_that_wait_are_given_up_by_the_next_worker_that_looks(visitor, organization):
    hand_in(visitor, {"a.csv": GOOD})
    address = f"/bills/uploads/{the_upload(organization).id}/"
    assert f'action="{address}stop/"' in visitor.get(address).content.decode()
    assert stop(visitor, organization).status_code == 302
    page = visitor.get(address)
    assert "It is asked to stop: a worker ends it within seconds" in text(page)
    assert "stop/" not in page.content.decode()
    upload = work(organization)
    assert (upload.state, upload.message, upload.due_at) == ("STOPPED", upload_stop.UNLOADED, None)
    assert (current(organization), nothing_is_left(organization)) == ([], True)
    assert "nothing was changed, and nothing of the files is kept" in text(visitor.get(address))


def test_files_in_the_queue_behind_others_are_given_up_without_their_turn(visitor, organization):
    hand_in(visitor, {"first.csv": GOOD})
    hand_in(visitor, {"second.csv": text_of([{"ResourceId": "vol-9"}])})
    stop(visitor, organization)
    assert work(organization).state == "STOPPED"


def test_files_whose_worker_died_are_given_up_whatever_was_tried(visitor, organization):
    hand_in(visitor, {"a.csv": GOOD})
    change(organization, state="RUNNING", attempt=99)
    stop(visitor, organization)
    assert work(organization).state == "STOPPED"


def test_whoever_keeps_the_claim_learns_that_it_is_not_wanted_any_more(visitor, organization):
    hand_in(visitor, {"a.csv": GOOD})
    upload = the_upload(organization)
    with scope.organization(organization.id), acting_as("cf_worker"):
        assert bill_uploads._is_wanted(upload)
    stop(visitor, organization)
    with scope.organization(organization.id), acting_as("cf_worker"):
        assert not bill_uploads._is_wanted(upload)


@pytest.mark.parametrize(("waited", "reason"), [(60.0, None), (0.0, claims.OVERDUE)])
def test_what_a_holder_has_waited_for_others_is_not_its_time(organization, waited, reason):
    hold, done = claims.Hold(), threading.Event()
    hold.waited = lambda: waited

    class Row:
        def hold(self, **_):
            done.set()
            return True

    claims._keep(
        row=Row(), organization_id=organization.id, lease_seconds=0.1, deadline=time.monotonic() - 1,
        is_wanted=lambda: True, hold=hold, done=done,
    )  # fmt: skip
    assert hold.reason == reason


@pytest.fixture
def asked(monkeypatch):
    """Whether somebody has asked by now, in a transaction of their own: a test's is undone with the worker's."""
    found = []
    monkeypatch.setattr(upload_stop, "is_asked", lambda _: bool(found))
    return found


def test_a_read_that_is_told_to_stop_ends_with_its_child_and_leaves_nothing(visitor, organization, monkeypatch, asked):
    hand_in(visitor, {"a.csv": GOOD})

    def told(_):
        asked.append("while it is read")
        raise claims.EndEarly(claims.STOPPED)

    monkeypatch.setattr(claims.Hold, "raise_if_over", told)
    upload = work(organization)
    assert (upload.state, upload.message) == ("STOPPED", upload_stop.UNLOADED)
    assert (current(organization), nothing_is_left(organization)) == ([], True)


def test_what_is_written_when_somebody_asks_is_undone_as_a_whole(visitor, organization, monkeypatch, asked):
    hand_in(visitor, {"a.csv": GOOD})
    real = bills.replace

    def replaced(**given):
        loads = real(**given)
        asked.append(CostLine.objects.count())
        return loads

    monkeypatch.setattr(upload_step.bills, "replace", replaced)
    upload = work(organization)
    assert asked == [2]
    assert (upload.state, upload.message, upload.load_ids) == ("STOPPED", upload_stop.UNLOADED, [])
    with scope.organization(organization.id):
        assert not BillLoad.objects.exists()
        assert not CostLine.objects.exists()
    assert nothing_is_left(organization)


@pytest.fixture
def cut_off_for(monkeypatch, asked):
    """From now on a load is to end, for a reason, when it is written and PostgreSQL is at work on the last of it."""
    real_held, real = claims.held, bills.replace

    def cut_off(reason):
        holds = []

        @contextmanager
        def held(*args, **given):
            with real_held(*args, **given) as hold:
                holds.append(hold)
                yield hold

        def replaced(**given):
            real(**given)
            asked.extend(["while it is stored"] if reason == claims.STOPPED else [])
            holds[-1].end(reason)
            with database.cursor() as cursor:
                cursor.execute("select count(*) from generate_series(1, 1000000000000)")  # hours

        monkeypatch.setattr(claims, "held", held)
        monkeypatch.setattr(upload_step.bills, "replace", replaced)

    return cut_off


@pytest.mark.parametrize(
    ("reason", "told"),
    [
        (claims.STOPPED, ("STOPPED", upload_stop.UNLOADED)),
        (claims.OVERDUE, ("FAILED", "seconds: nothing was changed, and what was loaded before stays.")),
        (claims.LEAVING, ("REQUESTED", "")),
    ],
)
def test_what_is_stored_is_cut_off_and_undone_and_the_earlier_load_stays(
    visitor, organization, cut_off_for, reason, told
):
    hand_in(visitor, {"a.csv": GOOD})
    work(organization)
    hand_in(visitor, {"b.csv": text_of([{"ResourceId": "vol-9"}])})
    cut_off_for(reason)
    upload = work(organization)
    assert (upload.state, told[1] in upload.message) == (told[0], True)
    assert current(organization) == [("Azure", ["a.csv"], 2)]
    with scope.organization(organization.id):
        assert set(CostLine.objects.values_list("resource_id", flat=True)) == {"vol-1", "vol-2"}


def test_an_earlier_load_stays_where_the_next_is_stopped(visitor, organization):
    hand_in(visitor, {"a.csv": GOOD})
    work(organization)
    hand_in(visitor, {"b.csv": text_of([{"ResourceId": "vol-9"}])})
    stop(visitor, organization)
    assert work(organization).state == "STOPPED"
    assert current(organization) == [("Azure", ["a.csv"], 2)]


def test_after_it_is_loaded_the_bill_stays_and_the_page_says_so(visitor, organization, monkeypatch, asked):
    hand_in(visitor, {"a.csv": GOOD})
    monkeypatch.setattr(bill_uploads._Work, "_price_again", lambda *_: asked.append("while it is judged"))
    upload = work(organization)
    assert (upload.state, upload.message) == ("STOPPED", upload_stop.LOADED)
    assert current(organization) == [("Azure", ["a.csv"], 2)]
    assert "the bill stays loaded" in text(visitor.get(f"/bills/uploads/{upload.id}/"))
    assert nothing_is_left(organization)


def test_the_trail_says_who_asked_and_what_the_worker_did(visitor, organization):
    hand_in(visitor, {"a.csv": GOOD})
    stop(visitor, organization)
    stop(visitor, organization)
    upload = work(organization)
    with scope.organization(organization.id):
        asked = Activity.objects.get(verb="bill.stop_requested")
        done = Activity.objects.get(verb="bill.read")
    assert (asked.actor, asked.subject_id, asked.detail) == ("Ada (user_ada)", upload.id, {"source": "Azure"})
    assert done.detail == {"source": "Azure", "outcome": "STOPPED"}


def test_what_has_ended_is_not_stopped(visitor, organization):
    hand_in(visitor, {"a.csv": GOOD})
    upload = work(organization)
    address = f"/bills/uploads/{upload.id}/"
    assert "The files had ended already" in text(visitor.post(f"{address}stop/", follow=True))
    with scope.organization(organization.id):
        assert not BillUploadStop.objects.exists()
        assert BillUpload.objects.get().state == "DONE"


@pytest.mark.parametrize("role", Role)
def test_whoever_may_hand_in_may_stop_and_nobody_else(visitor, organization, role):
    hand_in(visitor, {"a.csv": GOOD})
    person = Visitor(role=role)
    may = role != Role.VIEWER
    address = f"/bills/uploads/{the_upload(organization).id}/"
    assert ("stop-button" in person.get(address).content.decode()) is may
    assert (stop(person, organization).status_code == 302) is may
    with scope.organization(organization.id):
        assert BillUploadStop.objects.exists() is may


def test_nobody_stops_another_organisations_files(visitor, stranger, organization):
    hand_in(visitor, {"a.csv": GOOD})
    assert stop(stranger, organization).status_code == 404
    assert visitor.get(f"/bills/uploads/{the_upload(organization).id}/stop/").status_code == 405
    assert work(organization).state == "DONE"

"""What PostgreSQL does for a transaction ends when the work is over, waiting for another's lock too, and is undone."""

from __future__ import annotations

import threading
from types import SimpleNamespace

import psycopg
import pytest
from django.db import OperationalError, connection

from audits import bills
from audits.bill_parts import BillRefused
from audits.cut_off import CutOff, cut_off
from audits.load_meter import Meter, Phase
from audits.models import BillSource
from tenants import scope
from tests.audits.focus_files import write_csv
from tests.audits.test_bills import payer  # noqa: F401 - a fixture
from tests.conftest import AT
from tests.database import acting_as
from tests.tenants import catalogue

SECONDS = 30
LONG = "select count(*) from generate_series(1, 1000000000000)"  # hours


def test_a_statement_is_cut_off_once_it_is_over(db):
    with pytest.raises(CutOff), connection.cursor() as cursor, cut_off(lambda: True):
        cursor.execute(LONG)


def test_what_is_over_between_two_statements_ends_the_block_too(db):
    with pytest.raises(CutOff), cut_off(lambda: True):
        pass


def test_what_somebody_else_cancels_is_their_error(db):
    with connection.cursor() as cursor:
        cursor.execute("set local statement_timeout = 1")
        with pytest.raises(OperationalError), cut_off(lambda: False):
            cursor.execute(LONG)


def test_files_of_this_machine_that_are_not_stored_in_time_are_given_up(payer, tmp_path, monkeypatch):  # noqa: F811
    clock = [0.0]

    def stores(**_):
        clock[0] = 61.0
        with connection.cursor() as cursor:
            cursor.execute(LONG)

    monkeypatch.setattr(bills, "time", SimpleNamespace(monotonic=lambda: clock[0]))
    monkeypatch.setattr(bills, "replace", stores)
    given = {"organization_id": payer.organization_id, "source": None, "parts": [write_csv(tmp_path / "a.csv", [{}])]}
    with (
        acting_as("cf_worker"),
        pytest.raises(BillRefused, match=r"not stored within 60 seconds.* before stays") as end,
    ):
        bills.load_files(**given, seconds=60, at=AT)
    assert not end.value.permanent


def test_who_waits_for_another_load_is_cut_off_says_so_and_its_time_does_not_run(at_once):
    with psycopg.connect(at_once.urls["admin"]) as admin:
        catalogue.fill(admin, "tenants_organization")
    has_locked, may_go_on, is_over = threading.Event(), threading.Event(), threading.Event()
    ticks = [0.0]
    meters = Meter(clock=lambda: 0.0), Meter(clock=lambda: ticks[0])

    def store(number):
        with scope.organization(catalogue.A), cut_off(is_over.is_set), connection.cursor() as cursor:
            BillSource.objects.create(label=f"Files {number}", created_at=AT)
            bills.wait_for_others(cursor, meters[number])
            has_locked.set()
            assert may_go_on.wait(SECONDS)

    one = at_once.start(lambda: store(0))
    try:
        assert has_locked.wait(SECONDS)
        other = at_once.start(lambda: store(1))
        at_once.wait_until_one_waits()
        ticks[0] = 90.0
        assert (meters[0].extent(), meters[1].extent().phase) == (None, Phase.WAITING)
        assert (meters[0].waited(), meters[1].waited()) == (0.0, 90.0)
        is_over.set()
        with pytest.raises(CutOff):
            other.result(SECONDS)
    finally:
        may_go_on.set()
    with pytest.raises(CutOff):
        one.result(SECONDS)
    with psycopg.connect(at_once.urls["admin"]) as admin:
        assert admin.execute("select count(*) from audits_billsource").fetchone() == (0,)

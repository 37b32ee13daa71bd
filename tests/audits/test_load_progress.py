"""A page shows how far a load is while a worker tells it, and no rate of one that has died or of another's."""

from __future__ import annotations

import datetime as dt
from copy import copy
from uuid import uuid4

import pytest
from django.utils import timezone

from audits import load_progress
from audits.load_meter import Extent, Phase
from audits.load_progress_model import LoadProgress
from audits.models import Audit, BillUpload, Step
from connections.models import Connection
from tenants import scope
from tests.audits.uploading import hand_in, the_upload
from tests.conftest import AT
from tests.connections.test_views import text
from tests.database import acting_as

READING = Extent(phase=Phase.READING, seconds=10, done_bytes=1 << 20, all_bytes=4 << 20, done_rows=1000)
SENTENCE = "Reading the rows: 1.0 MB of 4.0 MB, about 30 seconds left of this part, about 1,000 rows, 100 a second."


@pytest.fixture
def upload(visitor, organization):
    """Files that were handed in, and that a worker holds."""
    hand_in(visitor, {"a.csv": b"x"})
    with scope.organization(organization.id), acting_as("cf_worker"):
        return BillUpload.take(the_upload(organization).id, at=timezone.now(), seconds=60, state="RUNNING")


@pytest.fixture
def step(organization):
    """The bill's step of an audit, held by a worker."""
    with scope.organization(organization.id):
        connection = Connection.objects.create(label="Shop", state="CONNECTED", account_id="1", created_at=AT)
        with acting_as("cf_worker"):
            audit = Audit.objects.create(
                connection=connection, state="RUNNING", requested_by="Ada", requested_at=AT, started_at=AT
            )
            return Step.objects.create(
                audit=audit, connection=connection, kind="BILL", state="RUNNING", account_id="1", claim=uuid4()
            )


def tell(work, extent=READING, *, at=None):
    with scope.organization(work.organization_id), acting_as("cf_worker"):
        return load_progress.tell(work=work, extent=extent, at=at or timezone.now())


def held_by_another(upload):
    other = copy(upload)
    other.claim = uuid4()
    return other


def page(visitor, upload):
    return text(visitor.get(f"/bills/uploads/{upload.id}/"))


def test_the_page_of_an_upload_shows_it_when_polled_and_when_reloaded(visitor, upload):
    tell(upload)
    address = f"/bills/uploads/{upload.id}/"
    for answer in (visitor.get(address), visitor.poll(address)):
        assert SENTENCE in text(answer)
        assert '<progress aria-label="Reading the rows" max="100" value="25">' in answer.content.decode()


def test_the_page_of_an_audit_shows_it_with_the_month(visitor, step):
    tell(step, Extent(phase=Phase.ADDING_UP, seconds=9, billing_period=dt.date(2026, 10, 1)))
    address = f"/audits/{step.audit_id}/"
    for answer in (visitor.get(address), visitor.poll(address)):
        assert "Bill of 2026-10: adding up by day and tag, and comparing: for 9 seconds so far." in text(answer)
        assert answer.content.decode().count("<progress") == 1, "the audit's own: of this nobody knows the whole"


def test_a_load_that_is_silent_shows_no_rate(visitor, upload):
    tell(upload, at=timezone.now() - dt.timedelta(seconds=load_progress.SILENT_SECONDS + 1))
    shown = page(visitor, upload)
    assert "Reading the rows: the worker was last heard of at " in shown
    assert "a second" not in shown
    assert "left of this" not in shown


def test_a_load_that_another_worker_took_over_shows_nothing_of_the_first(visitor, organization, upload):
    tell(upload)
    with scope.organization(organization.id), acting_as("cf_worker"):
        BillUpload.objects.update(due_at=timezone.now())
        taken = BillUpload.take(upload.id, at=timezone.now(), seconds=60)
    assert "Reading the rows" not in page(visitor, upload)
    assert tell(upload) is False
    assert tell(taken) is True
    assert SENTENCE in page(visitor, upload)
    with scope.organization(organization.id):
        assert LoadProgress.objects.count() == 1


@pytest.mark.parametrize("state", ["REQUESTED", "DONE", "FAILED", "REFUSED"])
def test_only_of_a_load_that_runs_anything_is_shown(visitor, organization, upload, state):
    tell(upload)
    with scope.organization(organization.id), acting_as("cf_worker"):
        BillUpload.objects.update(state=state)
    assert "Reading the rows" not in page(visitor, upload)


def test_whoever_was_overtaken_forgets_nothing_of_the_other(organization, upload):
    tell(upload)
    with scope.organization(organization.id), acting_as("cf_worker"):
        load_progress.forget(work=held_by_another(upload))
        assert LoadProgress.objects.count() == 1
        load_progress.forget(work=upload)
        assert LoadProgress.objects.count() == 0

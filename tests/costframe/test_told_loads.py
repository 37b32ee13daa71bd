"""Both ways in which a worker loads a bill tell how far they are, phase by phase, and leave nothing of it."""

from __future__ import annotations

from contextlib import contextmanager
from uuid import uuid4

import pytest
from django.utils import timezone

from audits import collect
from audits.load_meter import Meter, Phase
from audits.load_progress_model import LoadProgress
from audits.models import Audit, Step
from connections.models import Connection
from costframe import claims, pipeline, telling
from tenants import scope
from tests.audits.focus_files import text_of
from tests.audits.uploading import hand_in
from tests.conftest import AT
from tests.costframe.test_bill_uploads import work
from tests.database import acting_as


@pytest.fixture
def told(organization, monkeypatch, tmp_path):
    """What stands in the database when a phase has begun: its name and all of it. Told on this thread, at once."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    saying, seen, begin = [], [], Meter.begin

    @contextmanager
    def said_at_phases(say, *, every_seconds):
        saying.append(say)
        yield
        saying.remove(say)

    def begin_and_say(meter, phase, **whole):
        begin(meter, phase, **whole)
        for say in saying:
            assert say() is True
            with scope.organization(organization.id):
                row = LoadProgress.objects.get()
            seen.append((row.phase, row.all_bytes, row.all_rows))

    monkeypatch.setattr(telling, "said_meanwhile", said_at_phases)
    monkeypatch.setattr(Meter, "begin", begin_and_say)
    return seen


def nothing_is_left(organization):
    with scope.organization(organization.id):
        return not LoadProgress.objects.exists()


def test_files_that_were_handed_in(visitor, organization, told):
    content = text_of([{}, {"ResourceId": "vol-2"}])
    hand_in(visitor, {"a.csv": content})
    assert work(organization).state == "DONE"
    assert told == [
        ("FETCHING", len(content), None),
        ("LOOKING", None, None),
        ("WRITING", None, 2),
        ("STORING", None, 2),
        ("ADDING_UP", None, None),
        ("JUDGING", None, None),
    ]
    assert nothing_is_left(organization)


def test_files_that_are_refused(visitor, organization, told):
    hand_in(visitor, {"a.csv": b"a,b\n1,2\n"})
    assert work(organization).state == "REFUSED"
    assert [phase for phase, *_ in told] == ["FETCHING", "LOOKING"]
    assert nothing_is_left(organization)


def test_the_bill_of_an_audit(organization, told, monkeypatch):
    with scope.organization(organization.id):
        connection = Connection.objects.create(label="Shop", state="CONNECTED", account_id="1", created_at=AT)
        with acting_as("cf_worker"):
            audit = Audit.objects.create(connection=connection, state="RUNNING", requested_by="Ada", requested_at=AT)
            step = {"kind": "BILL", "state": "RUNNING", "account_id": "1", "claim": uuid4(), "due_at": timezone.now()}
            step = Step.objects.create(audit=audit, connection=connection, **step)
            Step.objects.create(audit=audit, connection=connection, kind="JUDGE", account_id="1")

    def load_export(*, worker, **given):
        worker.meter.begin(Phase.FETCHING, all_bytes=7)
        return ()

    class Work(pipeline.Work):
        def credential(self):
            return None

    monkeypatch.setattr(pipeline, "load_export", load_export)
    with acting_as("cf_worker"), scope.work_on("audits_step", step.id):
        hold = claims.Hold()
        held = Work(
            organization_id=organization.id, step=step, hold=hold, book=collect.StoppableBook(hold.raise_if_over)
        )
        pipeline._load_bill(held)
    assert told == [("FETCHING", 7, None)]
    assert nothing_is_left(organization)
    with scope.organization(organization.id):
        assert Step.objects.get(id=step.id).state == "DONE"

"""Files that were handed in are loaded whole or refused with a reason, and what they held is deleted either way."""

from __future__ import annotations

import datetime as dt
import gzip
import tempfile
from pathlib import Path

import pytest
from django.utils import timezone

from audits import bill_folder, upload_step
from audits.models import BillLoad, BillUpload, BillUploadChunk, CostLine
from costframe import bill_uploads, claims, clerk_inbox
from findings.models import Finding
from tenants import scope
from tenants.models import Activity, Organization
from tests.audits.focus_files import SAMPLE, text_of
from tests.audits.uploading import hand_in, held, the_upload
from tests.connections.test_views import text
from tests.database import acting_as
from tests.findings.rows import ACCOUNT, UNATTACHED, judged_audit, make_connection

GOOD = text_of([{}, {"ResourceId": "vol-2"}])


def work(organization, upload=None):
    """A worker is sent an upload, the newest where none is named."""
    upload = upload or the_upload(organization)
    with acting_as("cf_worker"), scope.work_on("audits_billupload", upload.id):
        bill_uploads.load_upload(organization_id=organization.id, upload_id=upload.id)
    with scope.organization(organization.id):
        return BillUpload.objects.select_related("source__connection").get(id=upload.id)


def change(organization, **values):
    with scope.organization(organization.id), acting_as("cf_worker"):
        BillUpload.objects.update(**values)


def current(organization):
    """What is loaded: source, files, rows."""
    with scope.organization(organization.id):
        loads = BillLoad.objects.filter(state="LOADED").select_related("source__connection").order_by("loaded_at")
        return [(str(load.source), [file["key"] for file in load.files], load.row_count) for load in loads]


def nothing_is_left(organization):
    with scope.organization(organization.id), acting_as("cf_worker"):
        chunks = BillUploadChunk.objects.count()
    folders = list(Path(tempfile.gettempdir()).glob(f"{bill_folder.PREFIX}*"))
    return (chunks, folders) == (0, [])


@pytest.fixture(autouse=True)
def own_folder(tmp_path, monkeypatch):
    """Where this test's workers keep their files."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))


def test_handed_in_files_are_loaded_and_their_content_is_deleted(visitor, organization):
    hand_in(visitor, {"part-1.csv": GOOD, "part-2.csv.gz": gzip.compress(text_of([{"ResourceId": "vol-3"}]))})
    upload = work(organization)
    assert (upload.state, upload.message, upload.steps_done, upload.due_at) == ("DONE", "", 4, None)
    assert current(organization) == [("Azure", ["part-1.csv", "part-2.csv.gz"], 3)]
    assert nothing_is_left(organization)
    with scope.organization(organization.id):
        assert [str(one) for one in upload.load_ids] == [str(one.id) for one in BillLoad.objects.all()]
        line = Activity.objects.get(verb="bill.read")
    assert line.detail == {"source": "Azure", "outcome": "DONE"}
    page = text(visitor.get(f"/bills/uploads/{upload.id}/"))
    assert "4 of 4 steps done" in page
    assert "Bill of 2026-10 : 3 rows, 3.75 USD billed Files" in page
    with scope.organization(organization.id), acting_as("cf_worker"):
        BillLoad.objects.update(quarantined_count=1)
    assert "3.75 USD billed 1 row left out Files" in text(visitor.get(f"/bills/uploads/{upload.id}/"))


def test_the_page_is_polled_until_the_end(visitor, organization):
    hand_in(visitor, {"a.csv": GOOD})
    address = f"/bills/uploads/{the_upload(organization).id}/"
    before = visitor.poll(address)
    assert (before.status_code, "1 of 4 steps done" in text(before)) == (200, True)
    assert "A worker takes it within seconds" in text(visitor.get(address))
    work(organization)
    after = visitor.poll(address)
    assert (after.status_code, "hx-trigger" in after.content.decode()) == (286, False)


def test_a_large_file_comes_home_chunk_by_chunk_to_the_last_byte(visitor, organization, settings):
    settings.UPLOAD_CHUNK_BYTES = 10_000
    hand_in(visitor, {"sample.csv": SAMPLE.read_bytes()})
    assert len(held(organization)["sample.csv"]) > 10
    assert work(organization).state == "DONE"
    assert sum(rows for _, _, rows in current(organization)) == 1000


def test_the_same_content_twice_changes_nothing_whatever_the_files_are_called(visitor, organization):
    for name in ("a.csv", "b.txt"):
        hand_in(visitor, {name: GOOD})
        assert work(organization).state == "DONE"
    assert current(organization) == [("Azure", ["a.csv"], 2)]
    with scope.organization(organization.id):
        assert BillLoad.objects.count() == 1


def test_a_file_that_is_handed_in_twice_at_once_is_counted_once_and_the_page_says_so(visitor, organization):
    hand_in(visitor, {"bill.csv": GOOD, "copy-of-bill.csv.gz": gzip.compress(GOOD)})
    upload = work(organization)
    assert current(organization) == [("Azure", ["bill.csv", "copy-of-bill.csv.gz"], 2)]
    page = text(visitor.get(f"/bills/uploads/{upload.id}/"))
    assert "the same as bill.csv and counted once" in page


BOMB = gzip.compress(b"\0" * (1 << 24), 9) * 100  # 1.6 GB from 1.6 MB
REFUSED = {
    "no bill": (b"a,b\n1,2\n", "bill.csv is no bill that is known here"),
    "a page": (b"<!doctype html><p>Sign in", "bill.csv"),
    "a zip archive": (b"PK\x03\x04" + b"\0" * 100, "bill.csv"),
    "a value that is none": (text_of([{"BilledCost": "1,2"}]), "BilledCost ('1,2')"),
    "a gzip that is cut off": (gzip.compress(GOOD)[:-9], "bill.csv"),
    "a file that unpacks without end": (BOMB, "bill.csv"),
    "Parquet in name alone": (b"PAR1" + b"\xff" * 100 + b"PAR1", "bill.csv"),
}


@pytest.mark.parametrize(("content", "words"), REFUSED.values(), ids=REFUSED)
def test_what_is_no_bill_is_refused_by_content_with_the_file_and_the_reason(visitor, organization, content, words):
    hand_in(visitor, {"bill.csv": content})
    upload = work(organization)
    assert (upload.state, upload.due_at) == ("REFUSED", None)
    assert words in upload.message
    assert current(organization) == []
    assert nothing_is_left(organization)
    assert upload.message[:40] in text(visitor.get(f"/bills/uploads/{upload.id}/"))


def test_a_refusal_leaves_what_was_loaded_before(visitor, organization):
    hand_in(visitor, {"a.csv": GOOD})
    work(organization)
    hand_in(visitor, {"b.csv": text_of([{"ResourceId": "vol-9"}, {"EffectiveCost": "x"}])})
    assert work(organization).state == "REFUSED"
    assert current(organization) == [("Azure", ["a.csv"], 2)]


def test_files_of_one_source_are_loaded_in_the_order_in_which_they_were_handed_in(visitor, organization):
    hand_in(visitor, {"first.csv": GOOD})
    first = the_upload(organization)
    hand_in(visitor, {"second.csv": text_of([{"ResourceId": "vol-9"}])})
    hand_in(visitor, {"other.csv": text_of([{"BillingAccountId": "5", "SubAccountId": "5"}])}, label="Another")
    assert work(organization).state == "DONE"  # another source waits for nobody
    with scope.organization(organization.id):
        second = BillUpload.objects.get(files__0__name="second.csv")
    waiting = work(organization, second)
    assert (waiting.state, waiting.attempt, waiting.due_at > timezone.now()) == ("REQUESTED", 0, True)
    assert "waits for files that were handed in before" in text(visitor.get(f"/bills/uploads/{second.id}/"))
    work(organization, first)
    change(organization, due_at=timezone.now())
    assert work(organization, second).state == "DONE"
    assert [files for source, files, _ in current(organization) if source == "Azure"] == [["second.csv"]]


def test_one_organisation_takes_no_more_than_two_workers_at_a_time(visitor, organization):
    for label in ("a", "b", "c"):
        hand_in(visitor, {f"{label}.csv": text_of([{"BillingAccountId": label, "SubAccountId": label}])}, label=label)
    change(organization, state="RUNNING", due_at=timezone.now() + dt.timedelta(minutes=1))
    third = the_upload(organization)
    with scope.organization(organization.id), acting_as("cf_worker"):
        BillUpload.objects.filter(id=third.id).update(state="REQUESTED", due_at=timezone.now())
    assert work(organization, third).state == "REQUESTED"
    with scope.organization(organization.id), acting_as("cf_worker"):
        BillUpload.objects.filter(files__0__name="a.csv").update(state="DONE")
        BillUpload.objects.filter(id=third.id).update(due_at=timezone.now())
    assert work(organization, third).state == "DONE"


def killed(organization, *, times):
    """As many workers as `times` took it and were killed: the row stays due, its claim is nobody's."""
    with scope.organization(organization.id), acting_as("cf_worker"):
        for _ in range(times):
            upload = BillUpload.objects.get()
            at = timezone.now()
            assert BillUpload.take(upload.id, at=at, seconds=0, state="RUNNING")


def test_another_worker_takes_up_what_a_killed_one_left(visitor, organization):
    hand_in(visitor, {"a.csv": GOOD})
    killed(organization, times=1)
    assert work(organization).state == "DONE"
    assert current(organization) == [("Azure", ["a.csv"], 2)]


def test_a_worker_that_was_killed_after_loading_has_loaded_once(visitor, organization):
    hand_in(visitor, {"a.csv": GOOD})
    upload = the_upload(organization)
    work(organization)
    change(organization, state="RUNNING", due_at=timezone.now(), steps_done=3)
    with scope.organization(organization.id), acting_as("cf_web"):
        BillUploadChunk.objects.create(upload=upload, file_number=0, number=0, data=GOOD)
    assert work(organization).state == "DONE"
    with scope.organization(organization.id):
        assert BillLoad.objects.count() == 1
    assert nothing_is_left(organization)


def test_files_that_kill_workers_are_given_up(visitor, organization):
    hand_in(visitor, {"a.csv": GOOD})
    killed(organization, times=3)
    upload = work(organization)
    assert (upload.state, "It was begun 3 times" in upload.message) == ("FAILED", True)
    assert nothing_is_left(organization)


def test_files_that_no_worker_took_in_time_are_deleted(visitor, organization):
    hand_in(visitor, {"a.csv": GOOD})
    change(organization, requested_at=timezone.now() - dt.timedelta(hours=25))
    upload = work(organization)
    assert (upload.state, "within 24 hours" in upload.message) == ("FAILED", True)
    assert nothing_is_left(organization)


def test_chunks_that_are_not_all_there_are_no_file(visitor, organization, settings):
    settings.UPLOAD_CHUNK_BYTES = 100
    hand_in(visitor, {"a.csv": GOOD})
    with scope.organization(organization.id), acting_as("cf_worker"):
        BillUploadChunk.objects.filter(number=2).delete()
    upload = work(organization)
    assert (upload.state, upload.message) == ("REFUSED", "a.csv is not here whole. Hand the files in again.")


ENDS = {
    claims.LEAVING: ("REQUESTED", True, False),
    claims.OVERDUE: ("FAILED", False, True),
    claims.STOPPED: ("FAILED", False, True),
    claims.LOST: ("RUNNING", True, False),
}


@pytest.mark.parametrize(("reason", "end"), ENDS.items(), ids=list(ENDS))
def test_work_that_ends_early_keeps_or_drops_the_files(visitor, organization, monkeypatch, reason, end):
    hand_in(visitor, {"a.csv": GOOD})

    def stop(hold):
        raise claims.EndEarly(reason)

    monkeypatch.setattr(claims.Hold, "raise_if_over", stop)
    upload = work(organization)
    with scope.organization(organization.id), acting_as("cf_worker"):
        is_dropped = not BillUploadChunk.objects.exists()
    assert (upload.state, upload.due_at is not None, is_dropped) == end
    assert current(organization) == []


def test_a_worker_that_was_given_up_on_writes_nothing(visitor, organization, monkeypatch):
    hand_in(visitor, {"a.csv": GOOD})
    real = upload_step.load

    def overtaken(**given):
        with scope.organization(organization.id):
            BillUpload.objects.update(due_at=timezone.now())
            assert BillUpload.take(given["upload"].id, at=timezone.now(), seconds=60)
        return real(**given)

    monkeypatch.setattr(upload_step, "load", overtaken)
    upload = work(organization)
    assert (upload.state, upload.attempt, current(organization)) == ("RUNNING", 2, [])


def test_findings_of_connected_accounts_are_priced_by_it_at_once(visitor, organization):
    with scope.organization(organization.id):
        connection = make_connection()
        with acting_as("cf_worker"):
            judged_audit(connection, UNATTACHED)
        before = Finding.objects.get()
    assert before.confidence != "VERIFIED"
    days = [UNATTACHED.observed_at.date() - dt.timedelta(days=number) for number in range(1, 31)]
    rows = [
        {
            "SubAccountId": ACCOUNT,
            "ResourceId": UNATTACHED.resource_id,
            "BillingPeriodStart": f"{day:%Y-%m}-01T00:00:00Z",
            "ChargePeriodStart": f"{day}T00:00:00Z",
            "ChargePeriodEnd": f"{day + dt.timedelta(days=1)}T00:00:00Z",
        }
        for day in days
    ]
    hand_in(visitor, {"a.csv": text_of(rows)})
    assert work(organization).state == "DONE"
    with scope.organization(organization.id):
        after = Finding.objects.get()
    assert after.estimated_monthly_savings != before.estimated_monthly_savings
    assert after.confidence == "VERIFIED"


def test_with_its_organisation_an_upload_ends_and_its_files_are_deleted(visitor, organization):
    hand_in(visitor, {"a.csv": GOOD})
    with scope.organization(organization.id), acting_as("cf_worker"):
        clerk_inbox._end_organization(Organization.objects.get(), deleted_at=timezone.now(), at=timezone.now())
    with scope.organization(organization.id):
        upload = BillUpload.objects.get()
        assert (upload.state, upload.due_at, CostLine.objects.exists()) == ("FAILED", None, False)
    assert nothing_is_left(organization)

"""Files are taken a chunk at a time, within bounds, by who may, and as nobody else's: the web process's side."""

from __future__ import annotations

import io
from urllib.parse import urlencode

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import ProgrammingError, transaction
from django.db import connection as database
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart

from audits.bill_files import label_of
from audits.models import BillSource, BillUpload, BillUploadChunk
from tenants import scope
from tenants.models import Activity
from tests.audits.uploading import HAND_IN, hand_in, held, the_upload
from tests.connections.test_views import text
from tests.database import acting_as
from tests.web import ORIGIN, Visitor

pytestmark = pytest.mark.django_db


@pytest.fixture
def small(settings):
    """Bounds that a test reaches."""
    settings.UPLOAD_CHUNK_BYTES = 1000
    settings.UPLOAD_FILE_BYTES = 5000
    settings.UPLOAD_ORGANIZATION_BYTES = 12_000
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 2000


def test_files_are_kept_in_chunks_under_their_names_and_wait_for_a_worker(visitor, organization, small):
    answer = hand_in(visitor, {"a.csv": b"x" * 2500, "b.csv": b"y"}, label="  Azure,\tshop ")
    upload = the_upload(organization)
    assert (answer.status_code, answer["Location"]) == (302, f"/bills/uploads/{upload.id}/")
    assert upload.files == [{"name": "a.csv", "size": 2500}, {"name": "b.csv", "size": 1}]
    assert (str(upload.source), upload.state, upload.size_bytes) == ("Azure, shop", "REQUESTED", 2501)
    assert upload.due_at is not None
    assert held(organization) == {"a.csv": [b"x" * 1000, b"x" * 1000, b"x" * 500], "b.csv": [b"y"]}


def test_the_trail_says_who_handed_in_what_and_no_name_of_a_file(visitor, organization):
    hand_in(visitor, {"payroll 2026.csv": b"x"}, label="Azure")
    with scope.organization(organization.id):
        line = Activity.objects.get(verb="bill.handed_in")
    assert (line.subject_id, line.detail) == (the_upload(organization).id, {"source": "Azure", "files": "1"})


def test_later_files_under_the_same_label_are_of_the_same_source(visitor, organization):
    for _ in range(2):
        hand_in(visitor, {"a.csv": b"x"}, label="Azure")
    with scope.organization(organization.id):
        assert BillSource.objects.count() == 1
        assert BillUpload.objects.count() == 2
    assert '<option value="Azure">' in visitor.get(HAND_IN).content.decode()


WRONG = {
    "no file": ({}, "Azure", "Choose the files of the bill"),
    "no label": ({"a.csv": b"x"}, "  \u200b ", "Say what the bill is called"),
    "an empty file": ({"a.csv": b"x", "b.csv": b""}, "Azure", "b.csv is empty"),
    "a file that is too large": ({"a.csv": b"x", "b.csv": b"y" * 5001}, "Azure", "b.csv is larger than 0 MB"),
    "too much at once": (
        {f"{number}.csv": b"x" * 4500 for number in range(3)}, "Azure", "an organisation may hand in 1 MB at a time",
    ),
}  # fmt: skip


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize(("files", "label", "sentence"), WRONG.values(), ids=WRONG)
def test_what_cannot_be_taken_is_named_and_nothing_of_it_is_kept(visitor, organization, files, label, sentence):
    answer = hand_in(visitor, files, label=label)
    assert answer.status_code == 422
    assert sentence in text(answer)
    assert nothing_is_kept(organization)


def test_more_files_than_one_month_has_are_too_many(visitor, organization, settings):
    settings.UPLOAD_FILES = 2
    answer = hand_in(visitor, {f"{number}.csv": b"x" for number in range(3)})
    assert (answer.status_code, "More than 2 files" in text(answer)) == (422, True)
    assert nothing_is_kept(organization)


def test_what_waits_counts_until_it_is_loaded(visitor, organization, small):
    for name in ("a", "b"):
        assert hand_in(visitor, {name: b"x" * 5000}).status_code == 302
    answer = hand_in(visitor, {"c": b"x" * 4000})
    assert (answer.status_code, "1 MB still wait to be loaded" in text(answer)) == (422, True)
    with scope.organization(organization.id), acting_as("cf_worker"):
        BillUpload.objects.update(state="DONE")
    assert hand_in(visitor, {"c": b"x" * 4000}).status_code == 302


def test_a_transfer_that_breaks_off_leaves_nothing(visitor, organization):
    whole = SimpleUploadedFile("a.csv", b"x" * 9000)
    cut = encode_multipart(BOUNDARY, {"label": "Azure", "parts": whole})[:4000]
    answer = visitor.generic(
        "POST", HAND_IN, cut, content_type=MULTIPART_CONTENT,
        headers={"origin": ORIGIN, "costframe-organization": "org_northwind"},
    )  # fmt: skip
    assert (answer.status_code, "a.csv did not arrive whole" in text(answer)) == (422, True)
    assert nothing_is_kept(organization)


def test_a_request_that_is_longer_than_all_may_be_is_not_read(visitor, organization, small):
    answer = hand_in(visitor, {"a.csv": b"x" * 15_000})
    assert answer.status_code == 413
    elsewhere = visitor.post("/connections/new/", {"label": "x" * 3000})
    assert elsewhere.status_code == 413
    assert nothing_is_kept(organization)


@pytest.mark.parametrize("role", ["viewer"])
def test_who_may_only_read_hands_nothing_in(organization, provider_key, role):
    person = Visitor(role=role)
    assert person.get(HAND_IN).status_code == 403
    assert hand_in(person, {"a.csv": b"x"}).status_code == 403
    assert nothing_is_kept(organization)
    assert "Hand in files" not in text(person.get("/bills/"))


def test_a_form_without_this_browsers_token_is_refused_and_its_files_are_undone(organization, provider_key):
    """The token stands in the body, so the files are written before it is compared."""
    person = Visitor()
    person.handler.enforce_csrf_checks = True
    assert hand_in(person, {"a.csv": b"x"}).status_code == 403
    assert nothing_is_kept(organization)
    token = person.get(HAND_IN).context["csrf_token"]
    assert hand_in(person, {"a.csv": b"x"}, csrfmiddlewaretoken=token).status_code == 302


@pytest.mark.parametrize("origin", ["https://evil.example", "null"])
def test_another_sites_form_is_refused_before_a_byte_of_it_is_read(visitor, organization, origin):
    read = []

    class Body(io.BytesIO):
        def read(self, *args):
            read.append(args)
            return super().read(*args)

    answer = visitor.generic(
        "POST", HAND_IN, b"x" * 100, content_type="multipart/form-data; boundary=b",
        headers={"origin": origin, "costframe-organization": "org_northwind"}, **{"wsgi.input": Body(b"x" * 100)},
    )  # fmt: skip
    assert (answer.status_code, read) == (403, [])


def test_without_scripts_the_address_says_whose_form_it_is(visitor, organization):
    """The page's mark cannot stand in the body, which is not read before it is compared."""
    page = visitor.get(HAND_IN).content.decode()
    address = f"{HAND_IN}?{urlencode({'costframe_organization': 'org_northwind Northwind'})}"
    assert f'action="{address}"' in page
    assert hand_in(visitor, {"a.csv": b"x"}, address=address, scripts=False).status_code == 302
    other = f"{HAND_IN}?{urlencode({'costframe_organization': 'org_contoso Contoso'})}"
    assert hand_in(visitor, {"a.csv": b"x"}, address=other, scripts=False).status_code == 409
    with scope.organization(organization.id):
        assert BillUpload.objects.count() == 1


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\me\\bill.csv", "bill.csv"),
        ("a\u202egpj.csv\x00", "agpj.csv"),
        ("..", ".."),
        ("", "file"),
        ("a.csv", "a.csv (2)"),
        ("x" * 999, "x" * 200),
    ],
)
def test_the_name_of_a_file_is_a_label_and_nothing_else(name, label):
    assert label_of(name, taken={"a.csv"}) == label


def test_web_adds_chunks_and_sees_none(visitor, organization):
    hand_in(visitor, {"a.csv": b"x"})
    for statement in (
        "select data from audits_billuploadchunk", "select count(*) from audits_billuploadchunk",
        "delete from audits_billuploadchunk", "update audits_billuploadchunk set data = 'y'",
        "update audits_billupload set state = 'DONE'", "delete from audits_billupload",
    ):  # fmt: skip
        with (
            scope.organization(organization.id),
            acting_as("cf_web"),
            database.cursor() as cursor,
            pytest.raises(ProgrammingError, match="permission denied"),
            transaction.atomic(),
        ):
            cursor.execute(statement)


def test_another_organisations_upload_is_not_there(visitor, stranger, organization):
    hand_in(visitor, {"a.csv": b"x"})
    address = f"/bills/uploads/{the_upload(organization).id}/"
    assert visitor.get(address).status_code == 200
    assert stranger.get(address).status_code == 404


def nothing_is_kept(organization) -> bool:
    with scope.organization(organization.id), acting_as("cf_worker"):
        return not BillUploadChunk.objects.exists() and not BillUpload.objects.exists()

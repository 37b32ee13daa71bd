"""A file that is in a bill twice is counted once, and both its names are said; what only looks like one is counted."""

import gzip
import io
import shutil

import pytest
from django.core.management import call_command

from audits.bill_copies import EDGE
from audits.bill_parts import BillRefused, Part
from audits.models import BillLoad, BillSource
from audits.part_contents import content_id
from tenants import scope
from tests.audits.focus_files import read, text_of, write_csv, write_parquet, written
from tests.audits.test_bills import load, payer  # noqa: F401 - a fixture
from tests.conftest import AT
from tests.connections.test_views import text
from tests.database import acting_as

ROWS = [{"ResourceId": f"vol-{number}", "BilledCost": "1.5"} for number in range(4)]
NOTE = "copy-of-bill.csv holds the same as bill.csv; it is counted once."


def packed(content, *, name="", at=0, level=9):
    """A gzip whose header names a file and a time."""
    held = io.BytesIO()
    with gzip.GzipFile(filename=name, mode="wb", fileobj=held, mtime=at, compresslevel=level) as file:
        file.write(content)
    return held.getvalue()


def in_two_members(content):
    return gzip.compress(content[:100]) + gzip.compress(content[100:])


PACKED = {
    "plain, under another name": (bytes, bytes),
    "packed at another time, from another name": (packed, lambda text: packed(text, name="export.csv", at=1_790_000)),
    "packed more or less": (packed, lambda text: packed(text, level=1)),
    "once packed and once not": (bytes, packed),
    "once not packed and once in pieces": (in_two_members, bytes),
}


@pytest.mark.parametrize("ways", PACKED.values(), ids=PACKED)
def test_the_same_rows_under_two_names_are_counted_once(tmp_path, ways):
    content, parts = text_of(ROWS), []
    for name, way in zip(("bill.csv", "copy-of-bill.csv"), ways, strict=True):
        parts.append(written(tmp_path / name, way(content)))
    report, lines = read(tmp_path / "work", *parts)
    assert (report["rows_by_part"], report["copies"]) == ([4, 0], [(1, 0)])
    assert report["periods"][0]["totals"]["USD"]["billed_cost"] == "6.000000000000000000000000"
    assert len(lines) == 4
    assert NOTE in report["periods"][0]["notes"]


def name_of(tmp_path, *contents):
    """What a bill of parts that hold this is known by."""
    work = tmp_path / str(len(list(tmp_path.iterdir())))
    work.mkdir()
    parts = [written(work / f"{number}.csv", content) for number, content in enumerate(contents)]
    report, _ = read(work / "work", *parts)
    return content_id(parts, report["contents"], copies=dict(report["copies"]))


@pytest.mark.parametrize("ways", PACKED.values(), ids=PACKED)
def test_a_bill_that_comes_again_is_known_however_it_is_packed_then(tmp_path, ways):
    one, other = (way(text_of(ROWS)) for way in ways)
    more = text_of([{"ResourceId": "vol-9"}])
    assert name_of(tmp_path, one) == name_of(tmp_path, other) == name_of(tmp_path, one, other)
    assert name_of(tmp_path, one, more) == name_of(tmp_path, more, other) != name_of(tmp_path, one)
    assert name_of(tmp_path, text_of(ROWS[:-1])) != name_of(tmp_path, one)


def test_parquet_is_compared_as_it_is(tmp_path):
    one = write_parquet(tmp_path / "a.parquet", ROWS)
    shutil.copyfile(one.path, tmp_path / "b.parquet")
    other = write_parquet(tmp_path / "c.parquet", [{**ROWS[0], "ResourceId": "vol-9"}])
    report, _ = read(tmp_path / "work", one, Part(path=tmp_path / "b.parquet", key="b.parquet"), other)
    assert (report["rows_by_part"], report["copies"]) == ([4, 0, 1], [(1, 0)])


def test_bills_of_parquet_that_differ_are_known_apart(tmp_path):
    names = {}
    for name, rows in {"one": ROWS, "again": ROWS, "other": ROWS[:-1]}.items():
        (tmp_path / name).mkdir()
        part = write_parquet(tmp_path / name / "bill.parquet", rows)
        report, _ = read(tmp_path / name / "work", part)
        names[name] = content_id([part], report["contents"], copies={})
    assert names["one"] == names["again"] != names["other"]


def test_the_parts_between_keep_their_rows_and_their_names(tmp_path):
    parts = [
        write_csv(tmp_path / "a.csv", ROWS),
        write_csv(tmp_path / "b.csv", ROWS[:1]),
        write_csv(tmp_path / "a again.csv", ROWS),
        write_csv(tmp_path / "c.csv", ROWS[:2]),
        write_csv(tmp_path / "b again.csv", ROWS[:1]),
    ]
    report, _ = read(tmp_path / "work", *parts)
    assert (report["rows_by_part"], report["copies"]) == ([4, 1, 0, 2, 0], [(2, 0), (4, 1)])


def test_a_bad_value_is_named_in_the_file_that_has_it_behind_a_copy(tmp_path):
    parts = [write_csv(tmp_path / name, ROWS) for name in ("a.csv", "b.csv")]
    wrong = write_csv(tmp_path / "c.csv", [{"BilledCost": "1,2"}])
    with pytest.raises(BillRefused, match=r"c\.csv, row 1 ") as refused:
        read(tmp_path / "work", *parts, wrong)
    assert refused.value.part == "c.csv"


def test_long_files_that_differ_in_their_last_row_alone_are_both_counted(tmp_path):
    many = [{"ResourceId": f"vol-{number}"} for number in range(EDGE // 100)]
    one = write_csv(tmp_path / "a.csv", [*many, {"ResourceId": "vol-a"}])
    other = write_csv(tmp_path / "b.csv", [*many, {"ResourceId": "vol-b"}])
    report, _ = read(tmp_path / "work", one, other)
    assert (report["rows_by_part"], report["copies"]) == ([len(many) + 1] * 2, [])


def test_parts_without_rows_are_no_copies_of_each_other(tmp_path):
    empty = [write_csv(tmp_path / name, []) for name in ("a.csv", "b.csv")]
    report, _ = read(tmp_path / "work", *empty, write_csv(tmp_path / "c.csv", ROWS))
    assert (report["rows_by_part"], report["copies"]) == ([0, 0, 4], [])
    assert report["periods"][0]["notes"] == []


def test_a_copy_that_is_damaged_is_refused_as_damaged(tmp_path):
    whole, content = gzip.compress(text_of(ROWS)), bytearray(gzip.compress(text_of(ROWS)))
    content[-8] ^= 1  # of its checksum
    parts = [written(tmp_path / "a.csv.gz", whole), written(tmp_path / "b.csv.gz", bytes(content))]
    with pytest.raises(BillRefused, match=r"b\.csv\.gz is a damaged gzip"):
        read(tmp_path / "work", *parts)


def test_only_files_that_begin_alike_are_read_once_more(tmp_path, monkeypatch):
    asked = []
    monkeypatch.setattr("audits.bill_copies._digest", lambda part: asked.append(part.key) or b"")
    parts = [write_csv(tmp_path / f"{number}.csv", ROWS[:number]) for number in range(1, 4)]
    read(tmp_path / "work", *parts)
    assert asked == []


def test_a_load_says_it_and_its_page_too(payer, visitor, tmp_path):  # noqa: F811
    (one,) = load(payer, [write_csv(tmp_path / name, ROWS) for name in ("bill.csv", "copy-of-bill.csv")])
    assert NOTE in one.message
    assert [(file["key"], file["rows"], file.get("same_as")) for file in one.files] == [
        ("bill.csv", 4, None),
        ("copy-of-bill.csv", 0, "bill.csv"),
    ]
    assert one.totals["USD"]["billed_cost"] == "6"
    page = text(visitor.get(f"/bills/{one.id}/"))
    assert NOTE in page
    assert "the same as bill.csv and counted once" in page


def test_a_part_that_a_manifest_names_twice_is_counted_once(payer, tmp_path):  # noqa: F811
    (one,) = load(payer, [write_csv(tmp_path / "bill.csv", ROWS)] * 2)
    assert "bill.csv is there twice; it is counted once." in one.message
    assert one.row_count == 4


def test_the_command_says_it_and_a_copy_makes_no_other_bill(organization, tmp_path, capsys):
    with scope.organization(organization.id):
        source = BillSource.objects.create(label="Finance share", created_at=AT)
    paths = [str(write_csv(tmp_path / name, ROWS).path) for name in ("bill.csv", "copy-of-bill.csv")]
    for files in (paths[:1], paths):
        with acting_as("cf_worker"):
            call_command("load_bill", *files, organization=str(organization.id), source=str(source.id))
    assert NOTE in capsys.readouterr().out
    with scope.organization(organization.id):
        assert BillLoad.objects.get().row_count == 4

"""A bill that lacks memory is refused by the setting that gives it more, whatever the child was doing."""

from __future__ import annotations

import json
import os
from contextlib import nullcontext
from decimal import Decimal
from types import SimpleNamespace

import duckdb
import pytest

from audits import bad_rows, bill_memory, focus_reader, part_sizes, period_report, recognise, sum_reader
from audits.bill_parts import BillRefused, Part
from audits.closed_database import closed_database
from audits.detail_reader import DetailReader
from audits.focus_reader import Reader
from audits.opened_parts import OpenedParts
from audits.quarantine import Bounds
from tests.audits.focus_files import write_csv

ROWS = [{"ResourceId": "vol-1", "Tags": '{"a": "b"}'}, {"BilledCost": "x"}, {}, {"ResourceId": "vol-2"}]
PHASES = {
    "opening Parquet": (recognise, "require_good_names"),
    "looking": (OpenedParts, "readings"),
    "measuring": (part_sizes, "of_what_is_read"),
    "reading": (Reader, "_keep_summed"),
    "looking for bad rows": (bad_rows, "find"),
    "reading again": (Reader, "_sum_again"),
    "writing details": (DetailReader, "write"),
    "counting": (Reader, "_rows_by_part"),
    "reporting": (period_report, "periods"),
    "writing lines": (Reader, "write_lines"),
    "adding up": (sum_reader, "write"),
}


def lack_memory(*_, **__):
    with duckdb.connect(config={"memory_limit": "1MB", "temp_directory": ""}) as small:
        small.execute("select list(number) from range(1000000) numbers(number)")


def parquet_of(part):
    target = part.path.with_suffix(".parquet")
    duckdb.sql(f"copy (from read_csv('{part.path}', all_varchar = true)) to '{target}' (format parquet)")
    return Part(path=target, key="bill.parquet", size=None)


def answered(work, part, monkeypatch):
    """The exit code and the report of a child that was asked to read the part; its lines go nowhere."""
    output = os.open(os.devnull, os.O_WRONLY)
    monkeypatch.setattr("sys.stdout", SimpleNamespace(fileno=lambda: output))
    request = {
        "work": str(work),
        "period": None,
        "bounds": [1, "100"],
        "memory_mb": 96,
        "most_tags": [5, 5],
        "parts": [{"path": str(part.path), "key": part.key, "size": None}],
    }
    return focus_reader.answer(work, request), json.loads((work / "report.json").read_text())


@pytest.mark.parametrize("phase", PHASES)
def test_whatever_a_bill_lacks_memory_for_it_is_refused_by_the_setting(tmp_path, monkeypatch, phase):
    part = parquet_of(write_csv(tmp_path / "bill.csv", ROWS))
    (tmp_path / "work").mkdir()
    monkeypatch.setattr(Reader, "write_lines", lambda _: None)
    monkeypatch.setattr(*PHASES[phase], lack_memory)
    code, report = answered(tmp_path / "work", part, monkeypatch)
    assert code == focus_reader.REFUSED_EXIT
    assert "into the 96 MB of memory" in report["refused"]["message"]
    assert "COSTFRAME_BILL_MEMORY_MB" in report["refused"]["message"]
    assert not report["refused"]["permanent"]


@pytest.mark.parametrize("opened", ["the bill's", "that of single rows"])
def test_what_memory_has_no_room_for_takes_half_of_the_free_disk_and_no_more(tmp_path, monkeypatch, opened):
    (tmp_path / "spill").mkdir()
    monkeypatch.setattr("shutil.disk_usage", lambda _: SimpleNamespace(free=200_000))
    one = nullcontext(closed_database([], work=tmp_path, spill=tmp_path / "spill", memory_mb=8))
    if opened != "the bill's":
        one = bad_rows.ordered(tmp_path / "spill", memory_mb=8)
    with one as database, pytest.raises(duckdb.OutOfMemoryException) as lacked:
        database.execute("create temp table long as select repeat(uuid()::varchar, 3) from range(200000)")
    assert str(bill_memory.refusal(lacked.value, memory_mb=8)) == bill_memory.NO_ROOM


FOUND = {
    "a bad row": (("x", "1"), nullcontext()),
    "the largest of too much": (
        ("70000000000000", "70000000000000"),
        pytest.raises(BillRefused, match="is the largest of costs"),
    ),
}


@pytest.mark.parametrize("what", FOUND)
def test_a_row_is_looked_for_in_the_memory_that_is_set_once_the_sums_have_given_it_back(tmp_path, monkeypatch, what):
    costs, ending = FOUND[what]
    part = write_csv(tmp_path / "bill.csv", [{"BilledCost": one} for one in costs])
    work = tmp_path / "work"
    work.mkdir()
    reader = Reader(work=work, parts=[part], period=None, bounds=Bounds(rows=1, percent=Decimal(100)), memory_mb=96)
    reader.database.execute("create temp table tidy as select 1")  # as of a bill that says nothing in two ways
    connect, seen = duckdb.connect, []

    def second(*, config):
        held = reader.database.execute("select table_name from duckdb_tables()").fetchall()
        seen.append((config["memory_limit"], held))
        return connect(config=config)

    monkeypatch.setattr(duckdb, "connect", second)
    with ending:
        reader.read()
    assert seen == [("96MB", [])]

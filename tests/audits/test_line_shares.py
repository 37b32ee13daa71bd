"""Lines are put in order in shares: each line is in one of them, and what is looked up together stays together."""

from __future__ import annotations

import datetime as dt
import os
from contextlib import nullcontext
from uuid import uuid4

import duckdb
import pytest

from audits import bills, focus_reader, upload_step
from audits.bill_parts import BillRefused
from audits.bill_worker import Worker
from audits.line_shares import shares
from connections.provider import ExportFile, ExportPeriod
from tests.audits.focus_files import write_csv

AT = dt.datetime(2026, 11, 20, tzinfo=dt.UTC)
LINES: list[tuple[str | None, str | None, int]] = [("1", f"vol-{number % 40}", number) for number in range(400)]
LINES += [("2", "vol-a", 1), (None, "vol-b", 2), ("3'", None, 3), ("4", "vol-c", 4)]


@pytest.mark.parametrize("most", [1, 3, 100, 10_000])
def test_each_line_is_in_one_share(most):
    with duckdb.connect() as database:
        database.execute("create table lines (sub_account_id varchar, resource_id varchar, day int)")
        database.executemany("insert into lines values (?, ?, ?)", LINES)
        counts = database.execute("select sub_account_id, count(*) from lines group by 1 order by 1").fetchall()
        asked = shares(counts, most=most)
        found = [database.execute(f"select * from lines where {share}").fetchall() for share in asked]
    assert sorted(map(repr, (one for share in found for one in share))) == sorted(map(repr, LINES))
    own = [{line[:2] for line in share} for share in found]
    assert sum(map(len, own)) == len(set().union(*own)), "a resource's lines are in one share"


def test_small_accounts_share_and_a_large_one_is_divided():
    assert shares([("1", 2), ("2", 2), ("3", 9)], most=4) == [
        "(sub_account_id in ('1', '2'))",
        *(f"(sub_account_id in ('3')) and hash(resource_id) % 3 = {piece}" for piece in range(3)),
    ]


def test_what_fits_at_once_is_not_asked_for_by_its_accounts():
    assert shares([(str(number), 1) for number in range(5_000)]) == ["true"]
    assert shares([]) == []


def through_a_pipe(write):
    """What is written to standard output, which is a pipe as it is in the child: each opening goes on where it was."""
    read_end, write_end = os.pipe()
    own = os.dup(1)
    os.dup2(write_end, 1)
    try:
        write()
    finally:
        os.dup2(own, 1)
        os.close(own)
        os.close(write_end)
    with os.fdopen(read_end, encoding="utf-8") as pipe:
        return pipe.read()


def test_a_bill_has_the_same_lines_in_shares_and_at_once(tmp_path, monkeypatch):
    rows = [{"ResourceId": f"vol-{number % 5}", "SubAccountId": str(number % 3)} for number in range(12)]
    part = write_csv(tmp_path / "bill.csv", rows)

    def written(most):
        monkeypatch.setattr(focus_reader, "shares", lambda counts: shares(counts, most=most))
        work = tmp_path / f"work-{most}"
        work.mkdir()
        reader = focus_reader.Reader(work=work, parts=[part], period=None)
        reader.read()
        given = through_a_pipe(reader.write_lines).splitlines()
        left = {name for (name,) in reader.database.execute("select table_name from duckdb_tables()").fetchall()}
        assert left == {"summed", "details"}, "no second copy of the lines is kept while they are added up"
        return given

    at_once = written(10_000)
    assert len(at_once) > 2
    assert sorted(written(2)) == sorted(at_once)


def exported(part):
    period = ExportPeriod(
        billing_period=dt.date(2026, 10, 1),
        execution_id="run-1",
        files=(ExportFile(key=part.key, size=part.path.stat().st_size, etag="e"),),
    )
    with bills.read_period(period=period, paths={part.key: part.path}, seconds=60) as bill:
        return [*bill.lines], bill.added_up()


def loaded_by_hand(part):
    return bills.load_files(organization_id=uuid4(), source=None, parts=[part], seconds=60, at=AT)


def handed_in(part):
    home = upload_step.Home(folder=part.path.parent, parts=(part,))
    worker = Worker(reading=nullcontext, results=nullcontext, raise_if_over=lambda: None, seconds=60)
    return upload_step.load(upload=None, home=home, worker=worker, at=AT)


def test_a_bill_that_has_too_little_memory_is_refused_by_the_setting_that_gives_it_more(tmp_path, settings):
    settings.BILL_MEMORY_MB = 4
    part = write_csv(tmp_path / "bill.csv", [{"ResourceId": f"vol-{number}"} for number in range(20_000)])
    with pytest.raises(BillRefused, match=r"into the 4 MB of memory .* by COSTFRAME_BILL_MEMORY_MB"):
        exported(part)


@pytest.mark.parametrize("way", [exported, loaded_by_hand, handed_in])
def test_whichever_way_a_bill_comes_it_is_read_in_the_memory_that_is_set(tmp_path, settings, monkeypatch, way):
    asked = []

    def refuse(*, memory_mb, **_):
        asked.append(memory_mb)
        raise BillRefused("It is enough to be asked.")

    monkeypatch.setattr(bills, "read_bill", refuse)
    monkeypatch.setattr(upload_step, "read_bill", refuse)
    settings.BILL_MEMORY_MB = 777
    with pytest.raises(BillRefused, match="enough"):
        way(write_csv(tmp_path / "bill.csv", [{}]))
    assert asked == [777]

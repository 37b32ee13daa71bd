"""A bill is read in a process of its own, which hands over every character and leaves nothing behind."""

import csv
import datetime as dt
import io
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from audits.bill_folder import PREFIX, sweep
from audits.bill_parts import BillRefused, Part
from audits.focus import WRITTEN_COLUMNS
from audits.focus_process import DAY_SUMS, read_bill
from audits.load_meter import Meter
from tests.audits.focus_files import SAMPLE, text_of, written
from tests.database import ROOT

OCTOBER = dt.date(2026, 10, 1)


def test_the_folder_of_a_bill_that_is_being_read_is_never_swept(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "temporary"))
    (tmp_path / "temporary").mkdir()
    with read_bill(parts=[written(tmp_path / "a.csv", text_of([{}]))], period=OCTOBER, seconds=60):
        (work,) = (tmp_path / "temporary").iterdir()
        assert work.name.startswith(f"{PREFIX}{os.getpid()}-"), "sweep takes what stands there for a process"
        sweep()
        assert work.exists()


def test_the_child_hands_over_every_character(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "temporary"))
    (tmp_path / "temporary").mkdir()
    nasty = ['say "hi", twice', "two\nlines", "a\rb", "\\.", "\ttab", "=1+1", " lead", "é€𝄞", "\\N", ""]
    rows = [{"ChargeDescription": text} for text in nasty]
    part = written(tmp_path / "a.csv", text_of(rows, quoting=csv.QUOTE_ALL))
    with read_bill(parts=[part], period=OCTOBER, seconds=60) as bill:
        text = b"".join(bill.lines).decode()
    lines = [dict(zip(WRITTEN_COLUMNS, row, strict=True)) for row in csv.reader(io.StringIO(text, newline=""))]
    assert sorted(line["charge_description"] for line in lines) == sorted(nasty)
    assert bill.sums.periods[0].row_count == len(nasty)
    assert list((tmp_path / "temporary").iterdir()) == []


class Enough(Exception):
    pass


def test_a_reading_that_is_given_up_leaves_no_process_and_no_file(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    seen, before = [], every_child_of(os.getpid())

    def give_up():
        seen.extend(every_child_of(os.getpid()) - before)  # one that has only just begun has no command line yet
        raise Enough

    with pytest.raises(Enough), read_bill(parts=[Part(path=SAMPLE, key="s")], period=None, seconds=60, on_wait=give_up):
        pass
    assert len(seen) == 1
    assert not is_running(seen[0])
    assert list(tmp_path.iterdir()) == []


def test_a_reading_over_its_deadline_is_refused_for_now(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    reading = read_bill(parts=[Part(path=SAMPLE, key="s")], period=None, seconds=0)
    with pytest.raises(BillRefused, match="within 0 seconds") as refused, reading:
        pass
    assert not refused.value.permanent
    assert list(tmp_path.iterdir()) == []


def test_the_deadline_also_holds_while_the_lines_are_taken(monkeypatch):
    clock = [time.monotonic()]
    monkeypatch.setattr("audits.focus_process.time.monotonic", lambda: clock[0])
    with read_bill(parts=[Part(path=SAMPLE, key="s")], period=None, seconds=60) as bill:
        assert next(bill.lines)
        clock[0] += 61
        with pytest.raises(BillRefused, match="within 60 seconds"):
            list(bill.lines)


def test_the_deadline_also_holds_while_the_lines_are_added_up(tmp_path, monkeypatch):
    clock = [time.monotonic()]
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setattr("audits.focus_process.time.monotonic", lambda: clock[0])
    meter = Meter(clock=lambda: clock[0])
    with read_bill(parts=[Part(path=SAMPLE, key="s")], period=None, seconds=60, meter=meter) as bill:
        (work,) = tmp_path.iterdir()
        os.mkfifo(work / DAY_SUMS)  # which nobody reads, so that the child waits
        with bill.meter.waiting():
            clock[0] += 3600  # for another load, which is no time of this one
        assert b"".join(bill.lines)
        clock[0] += 61
        with pytest.raises(BillRefused, match="within 60 seconds"):
            bill.added_up()


def test_sums_that_were_made_in_time_count_however_long_the_lines_took(monkeypatch):
    clock = [time.monotonic()]
    monkeypatch.setattr("audits.focus_process.time.monotonic", lambda: clock[0])
    with read_bill(parts=[Part(path=SAMPLE, key="s")], period=None, seconds=60) as bill:
        assert b"".join(bill.lines)
        (child,) = children_of(os.getpid())
        wait_until(lambda: os.waitid(os.P_PID, child, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None)
        clock[0] += 61
        assert bill.added_up().days.exists()


def test_lines_that_cannot_be_added_up_refuse_the_bill(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with read_bill(parts=[Part(path=SAMPLE, key="s")], period=None, seconds=60) as bill:
        (work,) = tmp_path.iterdir()
        (work / DAY_SUMS).mkdir()  # where the file is to be written
        assert b"".join(bill.lines)
        with pytest.raises(BillRefused, match=r"ended with 1 .* tried again with the next audit") as refused:
            bill.added_up()
    assert not refused.value.permanent


def test_lines_that_end_too_early_refuse_the_bill(tmp_path):
    def end_early():
        (child,) = children_of(os.getpid())
        os.kill(child, signal.SIGKILL)

    part = written(tmp_path / "a.csv", text_of([{"ResourceId": f"vol-{number}"} for number in range(20_000)]))
    with read_bill(parts=[part], period=OCTOBER, seconds=60) as bill:
        assert next(bill.lines)
        end_early()  # more lines than a pipe holds are still to come
        with pytest.raises(BillRefused, match=r"ended with -9"):
            list(bill.lines)


def test_a_killed_worker_leaves_no_child_and_no_file(tmp_path):
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    program = (
        "import sys, time; from pathlib import Path; from audits.bill_parts import Part; "
        "from audits.focus_process import read_bill\n"
        f"with read_bill(parts=[Part(path=Path({str(SAMPLE)!r}), key='s')], period=None, seconds=60) as bill:\n"
        "    print('reading', flush=True); time.sleep(60)\n"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env={"PATH": os.defpath, "TMPDIR": str(temporary)},
        stdout=subprocess.PIPE,
    )
    assert parent.stdout is not None
    assert parent.stdout.readline() == b"reading\n"
    (child,) = children_of(parent.pid)
    assert b"COSTFRAME" not in environment_of(child)
    assert list(temporary.iterdir()) != []
    parent.send_signal(signal.SIGKILL)
    parent.wait()
    parent.stdout.close()
    wait_until(lambda: not is_running(child) and list(temporary.iterdir()) == [])


def test_the_child_is_given_none_of_our_environment(monkeypatch):
    monkeypatch.setenv("COSTFRAME_DATABASE_URL", "postgres://planted-secret")
    seen: list[bytes] = []

    def look():
        seen.extend(environment_of(child) for child in children_of(os.getpid()))

    with read_bill(parts=[Part(path=SAMPLE, key="s")], period=None, seconds=60, on_wait=look) as bill:
        look()
        assert b"".join(bill.lines)
    assert any(b"TZ=UTC" in one for one in seen)
    assert not any(b"planted-secret" in one for one in seen if b"TZ=UTC" in one)


def every_child_of(pid):
    return {int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()}


def children_of(pid):
    return [child for child in every_child_of(pid) if b"focus_reader" in Path(f"/proc/{child}/cmdline").read_bytes()]


def environment_of(pid):
    return Path(f"/proc/{pid}/environ").read_bytes()


def is_running(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def wait_until(is_so, seconds=20):
    deadline = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def refusal_of(part):
    """Why a part was refused, None where it was read."""
    try:
        with read_bill(parts=[part], period=OCTOBER, seconds=60) as bill:
            return None if b"".join(bill.lines) else "nothing"
    except BillRefused as refused:
        return str(refused)


@pytest.mark.parametrize("names", ["filename,filename2", ",column50", "column1,x", "sums,load"])
def test_a_column_with_an_odd_name_ends_in_lines_or_in_a_sentence(tmp_path, names):
    """A column of the customer's own may have any name, also one that the reader uses itself."""
    header, *rows = text_of([{}]).decode().splitlines()
    text = "\n".join([f"{header},{names}", *(f"{row},x,y" for row in rows)]) + "\n"
    refusal = refusal_of(written(tmp_path / "odd.csv", text.encode()))
    assert refusal is None or refusal.endswith(("anew.", "Rename it."))

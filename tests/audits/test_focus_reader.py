"""The child that reads a bill ends with whoever started it, also in the middle of its work."""

import gzip
import json
import os
import subprocess
import sys
import time
from decimal import Decimal

from audits.focus_reader import Reader
from tests.audits.focus_files import text_of, written
from tests.database import ROOT


def test_the_child_ends_at_once_when_its_parent_is_gone(tmp_path):
    header, _, rows = text_of([{}] * 10_000).partition(b"\n")
    long = tmp_path / "long.csv.gz"  # gigabytes of text: reading it takes many times the seconds waited for here
    long.write_bytes(gzip.compress(header + b"\n") + gzip.compress(rows) * 2000)
    work = tmp_path / "work"
    work.mkdir()
    request = {
        "work": str(work),
        "period": None,
        "bounds": [0, "0"],
        "memory_mb": 448,
        "parts": [{"path": str(long), "key": "long", "size": None}],
    }
    child = subprocess.Popen(
        [sys.executable, "-m", "audits.focus_reader"],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        cwd=ROOT,
        env={"PATH": os.defpath},
    )
    try:
        assert child.stdin is not None
        child.stdin.write(json.dumps(request).encode() + b"\n")
        child.stdin.flush()
        deadline = time.monotonic() + 20
        while not (work / "parts" / "0").is_symlink():
            assert child.poll() is None
            assert time.monotonic() < deadline
        child.stdin.close()  # as the kernel does for a parent that was killed
        assert child.wait(timeout=4) != 0
        assert not work.exists()
    finally:
        child.kill()
        child.wait()


def test_storage_in_byte_seconds_adds_up_however_long_the_sum(tmp_path):
    row = {"ConsumedQuantity": "8640000000000000000.5", "ConsumedUnit": "Byte-Seconds"}  # 100 TB for a day
    days = [{**row, "ResourceId": f"bucket-{number}"} for number in range(40)]
    part = written(tmp_path / "a.csv", text_of(days))
    (tmp_path / "work").mkdir()
    reader = Reader(work=tmp_path / "work", parts=[part], period=None)
    assert reader.read()["periods"][0]["row_count"] == 40
    found = reader.database.execute("select distinct consumed_quantity from sums where is_line").fetchall()
    assert found == [(Decimal("8640000000000000000.5"),)]

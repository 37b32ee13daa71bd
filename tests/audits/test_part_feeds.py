"""DuckDB reads from a pipe what was unpacked and checked for it, and whatever it does, the feed comes to an end."""

import gzip
import os

import duckdb
import pytest

from audits import bill_parts, part_feeds
from audits.bill_parts import BLOCK, BillRefused, Part
from audits.child_gauge import Gauge
from audits.part_feeds import beside
from tests.audits.focus_files import written

ROWS = [f"vol-{number},{number * 7 % 1000}" for number in range(200_000)]  # more than a pipe holds
TEXT = "\n".join(["id,cost", *ROWS, ""]).encode()
PACKED = gzip.compress(TEXT, compresslevel=1)
DAMAGED = PACKED[:-8] + bytes([PACKED[-8] ^ 1]) + PACKED[-7:]  # a bit of the checksum at its end


@pytest.fixture
def database():
    with duckdb.connect(config={"threads": 2}) as connection:
        yield connection


def fed(database, tmp_path, *contents, gauge=None):
    """A feed of parts, and the pipes by which they are read."""
    parts = [written(tmp_path / f"{number}.csv.gz", content) for number, content in enumerate(contents)]
    pipes = {tmp_path / f"pipe-{number}": part for number, part in enumerate(parts)}
    feeding = beside(database, through=[], fed=pipes, gauge=gauge or Gauge(bytes_read=lambda: 0))
    columns = "columns = {'id': 'VARCHAR', 'cost': 'BIGINT'}, header = true, delim = ',', quote = chr(34)"
    return feeding, f"read_csv({list(map(str, pipes))!r}, auto_detect = false, {columns})"


def test_what_is_read_from_the_pipes_is_what_the_files_hold(database, tmp_path):
    feeding, source = fed(database, tmp_path, PACKED, gzip.compress(b"id,cost\nx,5\n"))
    with feeding:
        found = database.execute(f"select count(*), sum(cost), min(id), max(id) from {source}").fetchone()
    assert found == (200_001, sum(number * 7 % 1000 for number in range(200_000)) + 5, "vol-0", "x")


def test_what_is_damaged_is_refused_whatever_was_read_of_it(database, tmp_path):
    feeding, source = fed(database, tmp_path, PACKED, DAMAGED)
    with pytest.raises(BillRefused, match="not what its checksum says") as refused, feeding:
        database.execute(f"select count(*) from {source}")
    assert refused.value.part == "1.csv.gz"


@pytest.mark.parametrize("read", ["select 1", "select * from {} limit 1"], ids=["nothing of it", "only how it begins"])
def test_what_nobody_reads_is_checked_to_its_end(database, tmp_path, read):
    feeding, source = fed(database, tmp_path, DAMAGED)
    with pytest.raises(BillRefused, match="not what its checksum says"), feeding:
        database.execute(read.format(source)).fetchall()


@pytest.mark.parametrize("read", ["select nonsense", "select id::int from {}"], ids=["at once", "while it is read"])
def test_a_reading_that_fails_ends_the_feed_too(database, tmp_path, read):
    feeding, source = fed(database, tmp_path, PACKED, PACKED)
    with pytest.raises(duckdb.Error), feeding:
        database.execute(read.format(source)).fetchall()


def test_a_damage_ends_the_reading_of_all_else(database, tmp_path):
    feeding, _ = fed(database, tmp_path, DAMAGED)

    def read():
        os.close(os.open(tmp_path / "pipe-0", os.O_RDONLY))  # as who reads none of it
        database.execute("select count(*) from range(1_000_000_000_000) a, range(1_000_000) b where a.range = -b.range")

    with pytest.raises(BillRefused, match="not what its checksum says"), feeding:
        read()


def test_what_unpacks_without_end_is_given_up_before_all_of_it_is_read(database, tmp_path, monkeypatch):
    monkeypatch.setattr(part_feeds, "STRANGE_BYTES", 1 << 20)
    monkeypatch.setattr(bill_parts, "UNPACKED_ANYWAY", 40 << 20)
    gauge = Gauge(bytes_read=lambda: 0)
    feeding, source = fed(database, tmp_path, gzip.compress(b"id,cost\n" + b"\n" * (41 << 20)), gauge=gauge)
    with pytest.raises(BillRefused, match="more than 200 times its size"), feeding:
        database.execute(f"select count(*) from {source}")
    assert gauge._beside_bytes < 8 << 20, "bytes that were handed over"


def test_bytes_that_were_packed_count_as_read_and_not_what_they_unpack_to(database, tmp_path):
    gauge = Gauge(bytes_read=lambda: 0)
    feeding, source = fed(database, tmp_path, PACKED, gauge=gauge)
    with feeding:
        database.execute(f"select count(*) from {source}")
    assert gauge._seen_bytes == len(PACKED)
    assert gauge._beside_bytes == len(TEXT), "which the kernel counts, since DuckDB has read them"
    assert gauge._seen_rows == pytest.approx(len(ROWS), rel=0.1)


def test_what_is_looked_at_is_not_read_to_its_end(database, tmp_path):
    part = Part(path=tmp_path / "a.csv.gz", key="a.csv.gz")
    part.path.write_bytes(gzip.compress(os.urandom(40 * BLOCK), compresslevel=1))
    gauge = Gauge(bytes_read=lambda: 0)
    with beside(database, through=[part], gauge=gauge, is_to_the_end=False):
        pass
    assert gauge._seen_bytes < part.path.stat().st_size

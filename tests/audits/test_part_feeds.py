"""DuckDB reads from a pipe what was unpacked and checked for it, and whatever it does, the feed comes to an end."""

import gzip
import hashlib
import json
import os
import re
import threading

import duckdb
import pytest

from audits import bill_parts, opened_parts, part_feeds
from audits.bill_parts import BLOCK, BillRefused, Part
from audits.child_gauge import Gauge
from audits.part_feeds import beside
from tests.audits.focus_files import read, text_of, written
from tests.audits.provider_bills import GCP_ROW

ROWS = [f"vol-{number},{number * 7 % 1000}" for number in range(200_000)]  # more than a pipe holds
TEXT = "\n".join(["id,cost", *ROWS, ""]).encode()
PACKED = gzip.compress(TEXT, compresslevel=1)
JSON_LINE = json.dumps(GCP_ROW).encode() + b"\n"
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


def test_what_nobody_takes_is_not_counted_as_read(database, tmp_path):
    gauge = Gauge(bytes_read=lambda: 0)
    feeding, _ = fed(database, tmp_path, PACKED, gauge=gauge)
    with feeding:
        pass
    assert (gauge._beside_bytes, gauge._seen_bytes) == (0, len(PACKED))


def test_of_a_pipe_that_is_closed_again_no_more_counts_than_it_holds(database, tmp_path):
    gauge = Gauge(bytes_read=lambda: 0)
    feeding, _ = fed(database, tmp_path, PACKED, gauge=gauge)
    with feeding:
        os.close(os.open(tmp_path / "pipe-0", os.O_RDONLY))
    assert gauge._beside_bytes <= part_feeds.PIPE_BYTES < len(TEXT)


def test_what_is_looked_through_before_more_of_it_is_handed_over_counts_once(database, tmp_path, monkeypatch):
    monkeypatch.setattr(part_feeds, "STRANGE_BYTES", 1 << 20)
    text = b"id,cost\n" + b"\n" * (4 << 20)
    packed, gauge = gzip.compress(text), Gauge(bytes_read=lambda: 0)
    feeding, source = fed(database, tmp_path, packed, gauge=gauge)
    with feeding:
        database.execute(f"select count(*) from {source}")
    assert gauge._seen_bytes == len(packed)
    assert gauge._beside_bytes == len(text) + len(packed), "all that the kernel counts but the packed bytes, once"


def test_what_is_looked_at_is_not_read_to_its_end(database, tmp_path, monkeypatch):
    part = Part(path=tmp_path / "a.csv.gz", key="a.csv.gz")
    part.path.write_bytes(gzip.compress(os.urandom(40 * BLOCK), compresslevel=1))
    gauge, is_left = Gauge(bytes_read=lambda: 0), threading.Event()
    require_well = part_feeds._require_well
    monkeypatch.setattr(part_feeds, "_require_well", lambda found: (is_left.set(), require_well(found)))

    def wait(_part, _block):
        """Until the database is done, or all of a small file would have been read by then."""
        assert is_left.wait(timeout=30)

    with beside(database, through=[part], gauge=gauge, on_text=wait, is_to_the_end=False):
        pass
    assert 0 < gauge._seen_bytes < part.path.stat().st_size


@pytest.fixture
def few_threads(monkeypatch):
    """Lets so many feeds begin, and no more, as a container with a low limit of processes."""
    start = threading.Thread.start

    def allow(most):
        begun = []

        def start_if_allowed(thread):
            if thread.name.startswith("ThreadPoolExecutor"):
                if len(begun) == most:
                    raise RuntimeError("can't start new thread")
                begun.append(thread)
            start(thread)

        monkeypatch.setattr(threading.Thread, "start", start_if_allowed)

    return allow


@pytest.mark.parametrize("most", [0, 3])
def test_where_a_thread_cannot_be_started_nothing_waits_for_ever(database, tmp_path, few_threads, most):
    few_threads(most)
    feeding, _ = fed(database, tmp_path, *[PACKED] * 6)
    raised = []

    def read():
        try:
            with feeding:
                raised.append("it was read")
        except BillRefused as refused:
            raised.append(str(refused))

    reading = threading.Thread(target=read)
    reading.start()
    reading.join(10)
    has_ended = not reading.is_alive()
    while reading.is_alive():  # a thread that waits for ever would not let the tests end either
        for pipe in tmp_path.glob("pipe-*"):
            os.close(os.open(pipe, os.O_RDONLY | os.O_NONBLOCK))
        reading.join(0.1)
    assert has_ended
    assert len(raised) == 1
    assert re.fullmatch(r"The worker could not start the 6 threads .* \(pids\) of its container\.", raised[0])
    assert not list(tmp_path.glob("pipe-*")), "who opened one now would wait for ever"


def test_a_pipe_is_there_for_one_reading(database, tmp_path):
    feeding, source = fed(database, tmp_path, PACKED)
    with feeding:
        database.execute(f"select count(*) from {source}")
    with pytest.raises(duckdb.IOException, match="No files found"):
        database.execute(f"select count(*) from {source}")


def test_a_feed_that_begins_when_all_is_over_waits_for_nobody_and_checks_its_part(tmp_path):
    part, is_read = written(tmp_path / "a.csv.gz", DAMAGED), threading.Event()
    gauge = Gauge(bytes_read=lambda: 0)
    feed = part_feeds._Feed(pipe=tmp_path / "pipe", part=part, is_read=is_read, over=threading.Event(), gauge=gauge)
    is_read.set()
    feed.release()
    with pytest.raises(BillRefused, match="not what its checksum says"):
        feed.run(lambda _part, _block: None)


@pytest.mark.parametrize("is_json", [False, True], ids=["CSV", "JSON"])
def test_of_many_parts_only_some_are_fed_and_all_are_read_and_checked(tmp_path, monkeypatch, is_json):
    monkeypatch.setattr(opened_parts, "MOST_FED", 2)
    counts, begin = [], part_feeds.beside

    def counted(*args, **kwargs):
        counts.append(len(kwargs.get("fed", ())))
        return begin(*args, **kwargs)

    monkeypatch.setattr(part_feeds, "beside", counted)
    texts = [
        JSON_LINE * number if is_json else text_of([{"ResourceId": f"vol-{number}"}] * number) for number in range(1, 6)
    ]
    parts = [written(tmp_path / f"{number}.gz", gzip.compress(text)) for number, text in enumerate(texts)]
    report, _ = read(tmp_path / "work", *parts)
    assert report["rows_by_part"] == [1, 2, 3, 4, 5]
    assert report["contents"] == [hashlib.sha256(text).hexdigest() for text in texts]
    assert max(counts) == 2
    for number in (0, 4):  # the smallest is read by DuckDB alone, the largest is fed to it
        whole = parts[number].path.read_bytes()
        parts[number].path.write_bytes(whole[:-8] + bytes([whole[-8] ^ 1]) + whole[-7:])
        with pytest.raises(BillRefused, match=f"{number}.gz is a damaged gzip"):
            read(tmp_path / f"work-{number}", *parts)
        parts[number].path.write_bytes(whole)

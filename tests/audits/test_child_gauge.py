"""The child that reads a bill tells how far it is by what the kernel counts, and its parent hears it."""

from __future__ import annotations

import duckdb
import pytest

from audits import alike_rows, focus_process, part_sizes
from audits.bill_parts import Part, read_through
from audits.child_gauge import TOLD, Gauge, heard, process_reads
from audits.focus_process import read_bill
from audits.focus_reader import Reader
from audits.load_meter import OF_THE_CHILD, Meter, Phase
from audits.opened_parts import OpenedParts
from audits.part_sizes import Size
from audits.quarantine import NONE, Bounds
from tests.audits.focus_files import SAMPLE, read, text_of, write_csv, write_gzip, write_parquet, written
from tests.audits.provider_bills import BILLS

ROWS = [{"ResourceId": f"vol-{number}"} for number in range(3000)]


class Kernel:
    """What a process has read, as the kernel says."""

    def __init__(self):
        self.read = 10_000

    def __call__(self):
        return self.read


@pytest.fixture
def kernel():
    return Kernel()


@pytest.fixture
def gauge(kernel):
    return Gauge(bytes_read=kernel)


def test_what_is_read_beside_is_no_progress_of_the_rows(gauge, kernel):
    gauge.read_beside(500, 5)  # before the rows are read
    kernel.read += 500
    gauge.begin_reading(Size(length=1000, rows=None), Phase.READING)
    gauge.read_beside(300, 3)
    kernel.read += 300 + 250
    extent = gauge.extent()
    assert (extent.done_bytes, extent.all_bytes) == (250, 1000)
    assert gauge.rows(extent) == 2, "as many for each byte as were seen beside"


def test_it_never_runs_backwards(gauge, kernel):
    gauge.begin_reading(Size(length=1000, rows=None), Phase.READING)
    kernel.read += 400
    assert gauge.extent().done_bytes == 400
    gauge.read_beside(100, 1)  # whose bytes the kernel has told of already
    assert gauge.extent().done_bytes == 400


def test_with_all_bytes_read_what_is_left_is_adding_up(gauge, kernel):
    gauge.begin_reading(Size(length=1000, rows=9), Phase.READING)
    kernel.read += 1000
    assert gauge.extent().phase == Phase.SUMMING
    gauge.begin_ordering()
    assert gauge.extent().phase == Phase.ORDERING


def test_where_the_kernel_does_not_say_no_bytes_are_told():
    gauge = Gauge(bytes_read=lambda: None)
    gauge.begin_reading(Size(length=1000, rows=9), Phase.READING)
    extent = gauge.extent()
    assert (extent.phase, extent.done_bytes, extent.all_bytes) == (Phase.READING, None, None)


def test_the_kernel_says_it_here(tmp_path):
    (tmp_path / "file").write_bytes(b"x" * 3_000_000)
    before = process_reads()
    assert before is not None
    (tmp_path / "file").read_bytes()
    assert process_reads() - before >= 3_000_000


def test_the_parent_hears_what_the_child_left(gauge, kernel, tmp_path):
    gauge.tell_into(tmp_path)
    gauge.begin_reading(Size(length=1000, rows=40), Phase.READING)
    told = heard(tmp_path)
    assert (told.phase, told.done_bytes, told.all_bytes, told.all_rows) == (Phase.READING, 0, 1000, 40)
    gauge.begin_ordering()
    told = heard(tmp_path)
    assert (told.phase, told.done_bytes, told.all_rows) == (Phase.ORDERING, None, None)


@pytest.mark.parametrize("content", ["", "{", "[]", '{"phase": "DANCING"}', '{"phase": "READING", "more": 1}', "{}"])
def test_what_cannot_be_understood_is_not_heard_and_does_no_harm(tmp_path, content):
    (tmp_path / TOLD).write_text(content)
    assert heard(tmp_path) is None


def test_a_folder_that_is_gone_ends_no_reading(gauge, tmp_path):
    gauge.tell_into(tmp_path / "nowhere")
    gauge.begin_ordering()
    assert gauge.extent().phase == Phase.ORDERING


@pytest.mark.parametrize("write", [write_csv, write_gzip])
def test_reading_through_tells_every_byte_of_the_file_and_about_its_rows(tmp_path, write):
    part, seen = write(tmp_path / "a", ROWS), []
    read_through([part], is_over=lambda: False, on_block=lambda length, rows: seen.append((length, rows)))
    assert sum(length for length, _ in seen) == pytest.approx(part.path.stat().st_size, abs=8)  # gzip's own end
    assert sum(rows for _, rows in seen) == pytest.approx(len(ROWS), rel=0.05)


def size_of(rows, *parts):
    with duckdb.connect() as database:
        return part_sizes.of_what_is_read(database, rows, links=[part.path for part in parts])


def test_of_parquet_only_the_columns_that_are_read_count_and_its_rows_are_known(tmp_path):
    part = write_parquet(tmp_path / "a.parquet", ROWS)
    of_column = (
        f"select sum(total_compressed_size) from parquet_metadata('{part.path}') where path_in_schema = 'ResourceId'"
    )
    half = size_of(f"""select "resourceid" from read_parquet(['{part.path}'])""", part)
    assert half.length == duckdb.sql(of_column).fetchall()[0][0] < part.path.stat().st_size
    assert half.rows == len(ROWS)


def test_of_text_every_byte_counts_and_its_rows_are_not_known(tmp_path):
    text, parquet = write_csv(tmp_path / "a.csv", ROWS), write_parquet(tmp_path / "b.parquet", ROWS)
    both = size_of(f"""select "ResourceId" from '{text.path}', '{parquet.path}'""", text, parquet)
    assert both.length > text.path.stat().st_size
    assert both.rows is None


def test_a_part_that_is_not_read_does_not_count(tmp_path):
    parts = [write_csv(tmp_path / name, ROWS) for name in ("a.csv", "its-copy.csv")]
    assert size_of(f"select * from '{parts[0].path}'", *parts) == size_of(f"select * from '{parts[0].path}'", parts[0])


@pytest.fixture
def phases(monkeypatch):
    """The phases that a reading goes through, in order."""
    seen, tell = [], Gauge._tell

    def tell_and_keep(gauge):
        if gauge._folder is None:  # not one that another test has left telling
            seen.append(gauge._meter.extent().phase)
        tell(gauge)

    monkeypatch.setattr(Gauge, "_tell", tell_and_keep)
    return seen


def test_a_reading_goes_from_phase_to_phase(tmp_path, phases):
    read(tmp_path / "work", write_csv(tmp_path / "a.csv", ROWS))
    assert phases == [Phase.READING, Phase.ORDERING]


def test_a_reading_without_bad_rows_says_that_it_is_another(tmp_path, phases):
    part = write_csv(tmp_path / "a.csv", [*ROWS, {"BilledCost": "1,2"}])
    read(tmp_path / "work", part, bounds=Bounds(rows=1, percent=1))
    assert phases == [Phase.READING, Phase.READING_AGAIN, Phase.ORDERING]


def test_what_is_read_first_to_keep_rows_alike_makes_the_reading_no_other_one(tmp_path, phases, monkeypatch):
    def without_room(*_):
        raise duckdb.OutOfMemoryException

    monkeypatch.setattr(alike_rows, "SMALLEST_BYTES", 0)
    monkeypatch.setattr(alike_rows, "pays", lambda *_: True)
    monkeypatch.setattr(OpenedParts, "keep_groups", without_room)
    read(
        tmp_path / "work", *(Part(path=BILLS / f"azure-ea-{one}-cost.csv", key=one) for one in ("actual", "amortized"))
    )
    assert phases == [Phase.READING, Phase.READING, Phase.ORDERING]


def test_a_real_reading_reads_about_as_much_as_it_said(tmp_path):
    """Of a CSV of which the sums are taken: what the kernel counts is the file once, and little else."""
    part = written(tmp_path / "a.csv", text_of(ROWS * 20))
    (tmp_path / "work").mkdir()
    reader = Reader(work=tmp_path / "work", parts=[part], period=None, bounds=NONE)
    reader.read()
    size, gauge = part.path.stat().st_size, reader.gauge
    assert gauge._beside_bytes == size
    assert process_reads() - gauge._beside_bytes - gauge._before == pytest.approx(size, rel=0.2)


def test_of_a_packed_file_its_packed_bytes_count(tmp_path):
    part = write_gzip(tmp_path / "a.csv.gz", ROWS * 10)
    (tmp_path / "work").mkdir()
    reader = Reader(work=tmp_path / "work", parts=[part], period=None, bounds=NONE)
    reader.read()
    size, gauge = part.path.stat().st_size, reader.gauge
    assert gauge._seen_bytes >= size
    assert gauge.extent().phase == Phase.ORDERING
    assert process_reads() - gauge._beside_bytes - gauge._before < size + 2_000_000 < len(text_of(ROWS * 10))


def test_the_parent_of_a_real_child_hears_its_phases(monkeypatch):
    monkeypatch.setattr(focus_process, "LOOK_UP_SECONDS", 0.002)
    meter, seen = Meter(), []
    with read_bill(
        parts=[Part(path=SAMPLE, key="s")],
        period=None,
        seconds=60,
        on_wait=lambda: seen.append(meter.extent().phase),
        meter=meter,
    ) as bill:
        assert meter.extent().phase == Phase.ORDERING
        meter.begin(Phase.WRITING, all_rows=bill.line_count)
        lines = b"".join(bill.lines)
    assert set(seen) <= OF_THE_CHILD | {Phase.WRITING}
    assert Phase.LOOKING in seen
    assert meter.extent().done_rows == bill.line_count == lines.count(b"\n")


def test_what_the_child_tells_is_small(gauge, tmp_path):
    gauge.tell_into(tmp_path)
    assert heard(tmp_path).phase == Phase.LOOKING
    assert (tmp_path / TOLD).stat().st_size < 300

"""What is done of a load, how fast, and how long it still takes is said where it is known, and nothing else."""

from __future__ import annotations

import datetime as dt
from concurrent.futures import ThreadPoolExecutor

import pytest

from audits.load_meter import Extent, Meter, Phase
from audits.load_words import told

MB = 1 << 20
OCTOBER = dt.date(2026, 10, 1)


class Clock:
    def __init__(self):
        self.now = 100.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def meter(clock):
    return Meter(clock=clock)


def said(meter):
    return told(meter.extent()).sentence


def test_before_the_first_phase_there_is_nothing_to_tell(meter):
    meter.add(done_bytes=5)
    assert meter.extent() is None


def test_a_phase_counts_from_nought_and_its_own_seconds(meter, clock):
    meter.begin(Phase.FETCHING, all_bytes=100)
    meter.add(done_bytes=60)
    clock.now += 10
    assert meter.extent() == Extent(phase=Phase.FETCHING, seconds=10, done_bytes=60, all_bytes=100)
    meter.begin(Phase.WRITING, all_rows=7)
    assert meter.extent() == Extent(phase=Phase.WRITING, seconds=0, done_rows=0, all_rows=7)


def test_no_addition_of_four_threads_is_lost(meter):
    meter.begin(Phase.FETCHING, all_bytes=10**9)
    with ThreadPoolExecutor(max_workers=4) as pool:
        for _ in range(4):
            pool.submit(lambda: [meter.add(done_bytes=3) for _ in range(2000)])
    assert meter.extent().done_bytes == 24_000


def test_line_ends_within_a_text_make_no_more_lines_than_there_are(meter):
    meter.begin(Phase.WRITING, all_rows=10)
    meter.add(done_rows=12)
    assert meter.extent().done_rows == 10


def test_what_the_child_tells_counts_only_while_it_is_its_turn(meter, clock):
    meter.of_period(OCTOBER)
    meter.begin(Phase.LOOKING)
    meter.hear(Extent(phase=Phase.READING, seconds=2, done_bytes=5, all_bytes=9))
    clock.now += 1
    assert meter.extent() == Extent(phase=Phase.READING, seconds=3, done_bytes=5, all_bytes=9, billing_period=OCTOBER)
    meter.begin(Phase.WRITING, all_rows=4)
    meter.hear(Extent(phase=Phase.ORDERING))
    assert meter.extent().phase == Phase.WRITING


SAID = {
    "bytes of bytes, with a rate and the time left": (
        Extent(phase=Phase.FETCHING, seconds=10, done_bytes=50 * MB, all_bytes=200 * MB),
        "Fetching the files: 50.0 MB of 200.0 MB, about 30 seconds left of this part, 5.0 MB a second.",
    ),
    "rows told from bytes are about so many": (
        Extent(phase=Phase.READING, seconds=100, done_bytes=10 * MB, all_bytes=40 * MB, done_rows=1_234_567),
        "Reading the rows: 10.0 MB of 40.0 MB, about 5 minutes left of this part, about 1,230,000 rows, 12,300 a second.",
    ),
    "the rows of Parquet are known beforehand": (
        Extent(phase=Phase.READING, seconds=2, done_bytes=MB, all_bytes=4 * MB, done_rows=250, all_rows=1000),
        "Reading the rows: 1.0 MB of 4.0 MB, about 250 of 1,000 rows, 125 a second.",
    ),
    "lines are counted": (
        Extent(phase=Phase.WRITING, seconds=20, done_rows=123_456, all_rows=300_000, billing_period=OCTOBER),
        "Bill of 2026-10: writing the lines to the database: 123,456 of 300,000 lines, about 29 seconds left of this part, 6,170 a second.",
    ),
    "no rate in the first second": (
        Extent(phase=Phase.FETCHING, seconds=0.5, done_bytes=50, all_bytes=200),
        "Fetching the files: 50 bytes of 200 bytes.",
    ),
    "no time left in the first seconds": (
        Extent(phase=Phase.FETCHING, seconds=4, done_bytes=100, all_bytes=200),
        "Fetching the files: 100 bytes of 200 bytes, 25 bytes a second.",
    ),
    "no time left from the first hundredth": (
        Extent(phase=Phase.FETCHING, seconds=20, done_bytes=100, all_bytes=10_000),
        "Fetching the files: 100 bytes of 9.8 KB, 5 bytes a second.",
    ),
    "no time left of what is done": (
        Extent(phase=Phase.WRITING, seconds=20, done_rows=200, all_rows=200),
        "Writing the lines to the database: 200 of 200 lines, 10 a second.",
    ),
    "no time left where the end is not known, but the time so far": (
        Extent(phase=Phase.ADDING_UP, seconds=61),
        "Adding up by day and tag, and comparing: for 1 minute so far.",
    ),
    "nothing but the phase at its beginning": (Extent(phase=Phase.LOOKING), "Looking at how the files are written."),
    "hours": (
        Extent(phase=Phase.FETCHING, seconds=3600, done_bytes=4000, all_bytes=14_000),
        "Fetching the files: 3.9 KB of 13.7 KB, about 2 hours 30 minutes left of this part, 1 byte a second.",
    ),
    "no file is of no bytes": (Extent(phase=Phase.FETCHING, done_bytes=0, all_bytes=0), "Fetching the files: 0 bytes of 0 bytes."),
}  # fmt: skip


@pytest.mark.parametrize(("extent", "sentence"), SAID.values(), ids=SAID)
def test_an_extent_in_words(extent, sentence):
    assert told(extent).sentence == sentence


@pytest.mark.parametrize("phase", Phase)
def test_every_phase_has_its_words(phase):
    assert told(Extent(phase=phase)).title[0].isupper()


def test_the_share_is_of_bytes_where_they_are_counted(meter):
    meter.begin(Phase.FETCHING, all_bytes=8)
    meter.add(done_bytes=3)
    assert told(meter.extent()).percent == 37
    meter.begin(Phase.ADDING_UP)
    assert told(meter.extent()).percent is None

"""Gzip parts of a bill unpacked once for DuckDB: what it reads from a pipe is what was checked. In the child only."""

from __future__ import annotations

import os
import select
import threading
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from fcntl import F_SETPIPE_SZ, fcntl
from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING

import duckdb

from audits.bill_parts import BillRefused, checked, read_through

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from audits.bill_parts import Part
    from audits.child_gauge import Gauge

PIPE_BYTES = 1 << 20
MOST_FED = 32  # at once: each has a thread of its own, and a container may be allowed few
LOOKS_UP_EVERY_SECONDS = 0.1
# What unpacks to so much is looked through before more of it is handed over: what unpacks without end is given up in
# less time than DuckDB reads it in.
STRANGE_BYTES, STRANGE_TIMES = 1 << 26, 100


@contextmanager
def beside(
    database: duckdb.DuckDBPyConnection,
    *,
    through: Sequence[Part],
    fed: Mapping[Path, Part] = MappingProxyType({}),
    gauge: Gauge,
    on_text: Callable[[Part, bytes], None] = lambda _part, _block: None,
    is_to_the_end: bool = True,
) -> Iterator[None]:
    """While the block has the database read: read parts `through` beside it, and feed others, each into its pipe.

    What `checked` finds is raised, whatever the database says of the same file, and ends its reading at once. Where
    the block ends well, all is read to the end first, if `is_to_the_end`. `on_text` is given all text that is read so.
    """
    is_read, over = threading.Event(), threading.Event()
    feeds = [_Feed(pipe=pipe, part=part, is_read=is_read, over=over, gauge=gauge) for pipe, part in fed.items()]
    jobs = [partial(feed.run, on_text) for feed in feeds]
    if through:
        look = partial(read_through, is_over=over.is_set, on_block=gauge.read_beside, on_text=on_text)
        jobs.append(partial(look, through))
    with ThreadPoolExecutor(max_workers=len(jobs) or 1) as threads:
        try:
            try:
                found = _started(threads, [partial(_ending, job, database, is_read) for job in jobs])
                yield
            finally:
                is_read.set()
                for feed in feeds:
                    feed.release()
            if not is_to_the_end:
                over.set()
            _require_well(found)
        except duckdb.Error:
            over.set()
            _require_well(found)
            raise
        finally:
            over.set()


def _started(threads: ThreadPoolExecutor, jobs: Sequence[Callable[[], None]]) -> list[Future[None]]:
    try:
        return [threads.submit(job) for job in jobs]
    except RuntimeError:  # a limit of the container or of the user
        raise BillRefused(
            f"The worker could not start the {len(jobs)} threads that read this bill. Raise the limit of processes and "
            "threads (pids) of its container.",
            permanent=False,
        ) from None


def _require_well(found: Sequence[Future[None]]) -> None:
    """Raise what any of them has found, once all have ended."""
    for one in found:
        one.result()


def _ending(job: Callable[[], None], database: duckdb.DuckDBPyConnection, is_read: threading.Event) -> None:
    try:
        job()
    except BillRefused:
        database.interrupt()
        while not is_read.wait(LOOKS_UP_EVERY_SECONDS):
            database.interrupt()  # again, for one that comes between two queries is lost
        raise


class _Feed:
    """One part on its way through a pipe, which is there under a name for as long as the feed lives."""

    def __init__(
        self, *, pipe: Path, part: Part, is_read: threading.Event, over: threading.Event, gauge: Gauge
    ) -> None:
        self.pipe, self.part = pipe, part
        self.is_read, self.over, self.gauge = is_read, over, gauge
        self.is_opening, self.is_open = threading.Event(), threading.Event()
        pipe.unlink(missing_ok=True)
        os.mkfifo(pipe)

    def run(self, on_text: Callable[[Part, bytes], None]) -> None:
        """Wait until the pipe is opened, then hand over all of the part, and check what nobody takes."""
        with self._opened() as end, self.part.path.open("rb") as file:
            handed, is_looked_through = 0, False
            for block in checked(self.part, file, on_block=self.gauge.read_for_it):
                if self.over.is_set():
                    return
                on_text(self.part, block)
                if end is not None:
                    self._hand_over(end, block)
                handed += len(block)
                if not is_looked_through and handed > max(STRANGE_BYTES, STRANGE_TIMES * file.tell()):
                    read_through([self.part], is_over=self.over.is_set, on_block=self.gauge.read_anew)
                    is_looked_through = True

    @contextmanager
    def _opened(self) -> Iterator[int | None]:
        """The pipe's end to write to; None where nobody will open the other: it was released before this began."""
        end = None
        self.is_opening.set()  # before it is asked whether it was released; there it is the other way round
        try:
            if not self.is_read.is_set():
                end = os.open(self.pipe, os.O_WRONLY)
        finally:
            self.is_open.set()
        if end is None:
            yield None
            return
        try:
            os.set_blocking(end, False)
            with suppress(OSError):  # more than a user may have: then in smaller pieces
                fcntl(end, F_SETPIPE_SZ, PIPE_BYTES)
            yield end
        finally:
            os.close(end)

    def _hand_over(self, end: int, block: bytes) -> None:
        self.gauge.hand_over(len(block))  # before any of it can be read, which is no progress
        rest = memoryview(block)
        with suppress(BrokenPipeError):
            while rest and not self.is_read.is_set():
                try:
                    rest = rest[os.write(end, rest) :]
                except BlockingIOError:
                    select.select([], [end], [], LOOKS_UP_EVERY_SECONDS)
        self.gauge.hand_over(-len(rest))  # nobody took it

    def release(self) -> None:
        """Once `is_read` is set: whatever the database did, nobody waits for the pipe, which is there no more."""
        if self.is_opening.is_set():
            reader = os.open(self.pipe, os.O_RDONLY | os.O_NONBLOCK)
            self.is_open.wait()
            os.close(reader)
        self.pipe.unlink(missing_ok=True)

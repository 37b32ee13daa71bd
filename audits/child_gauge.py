"""How far the child is in reading a bill: counted by the kernel, told to the parent by a small file in their folder."""

from __future__ import annotations

import json
import threading
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from audits.load_meter import Extent, Meter, Phase

if TYPE_CHECKING:
    from collections.abc import Callable

    from audits.part_sizes import Size

EVERY_SECONDS = 0.5
TOLD = "progress.json"
OWN_READS = Path("/proc/self/io")  # of a process, by its threads together


class Gauge:
    """How far the reading is. DuckDB does not say, but the kernel says how much this process has read.

    What is read beside it is counted here and taken off, and so is what is handed to it unpacked: of that the packed
    bytes count, which were read for it. What DuckDB reads of other files while it reads
    a bill is nothing to speak of: what it puts on the disk for want of memory it takes back when the rows are read.
    """

    def __init__(self, *, bytes_read: Callable[[], int | None] | None = None) -> None:
        self._bytes_read = bytes_read or process_reads
        self._meter = Meter()
        self._meter.begin(Phase.LOOKING)
        self._all_rows: int | None = None
        self._beside_bytes = 0
        self._seen_bytes, self._seen_rows = 0, 0
        self._before: int | None = None
        self._folder: Path | None = None
        self._lock = threading.RLock()  # the reading begins phases, a thread beside tells of them

    def begin_reading(self, size: Size, phase: Phase) -> None:
        """The rows are read from now on: for the first time, or once more without those that are left out.

        `phase` says which, for a bill whose rows are kept alike first may be read more than once for the first time.
        """
        with self._lock:
            before = self._bytes_read()
            self._all_rows = size.rows
            self._before = None if before is None else before - self._beside_bytes
            self._meter.begin(phase, all_bytes=None if before is None else size.length)
            self._tell()

    def begin_ordering(self) -> None:
        """What was read is put in order and handed over from now on."""
        with self._lock:
            self._meter.begin(Phase.ORDERING)
            self._tell()

    def read_beside(self, length: int, rows: int) -> None:
        """So much more was read beside it, and about so many rows in it."""
        self.hand_over(length)
        self.read_for_it(length, rows)

    def read_for_it(self, length: int, rows: int) -> None:
        """So much more was read to be handed to it, and about so many rows in it."""
        with self._lock:
            self._seen_bytes += length
            self._seen_rows += rows

    def read_anew(self, length: int, _rows: int) -> None:
        """So much was read, beside it, of what is counted as read for it."""
        self.hand_over(length)

    def hand_over(self, length: int) -> None:
        """So much of what was read for it is handed to it, unpacked; less than nought for what it did not take."""
        with self._lock:
            self._beside_bytes += length

    def extent(self) -> Extent | None:
        """How far the phase is now."""
        with self._lock:
            extent, now = self._meter.extent(), self._bytes_read()
            if extent is None or extent.done_bytes is None or self._before is None or now is None:
                return extent
            done = now - self._beside_bytes - self._before
            if extent.all_bytes is not None and done >= extent.all_bytes:
                self._meter.begin(Phase.SUMMING)  # all is read; what is left is DuckDB's own work
            else:
                self._meter.add(done_bytes=max(0, done - extent.done_bytes))
            return self._meter.extent()

    def rows(self, extent: Extent) -> int | None:
        """About how many rows that is, from those that the other bytes held."""
        if not extent.done_bytes or not extent.all_bytes:
            return None
        if self._all_rows is not None:
            return self._all_rows * extent.done_bytes // extent.all_bytes
        return extent.done_bytes * self._seen_rows // self._seen_bytes if self._seen_bytes else None

    def tell_into(self, folder: Path) -> None:
        """Leave in `folder`, from now on, how far it is: at the beginning of each phase, and twice a second."""
        self._folder = folder
        self._tell()

        def go_on() -> None:
            pause = threading.Event()
            while not pause.wait(EVERY_SECONDS) and folder.exists():
                self._tell()

        threading.Thread(target=go_on, daemon=True).start()

    def _tell(self) -> None:
        with self._lock:
            extent = self.extent()
            if self._folder is None or extent is None:
                return
            is_counted = extent.done_bytes is not None
            told = {"done_rows": self.rows(extent), "all_rows": self._all_rows if is_counted else None}
            new = self._folder / f"{TOLD}.new"
            with suppress(OSError):  # the folder is gone or its disk full: whoever writes the bill says so better
                new.write_text(json.dumps({**asdict(extent), **told}))
                new.replace(self._folder / TOLD)


def process_reads() -> int | None:
    """How many bytes this process has read in its life; None where the kernel does not tell."""
    try:
        first = OWN_READS.read_bytes().split(maxsplit=2)
        return int(first[1]) if first[0] == b"rchar:" else None
    except (OSError, ValueError, IndexError):
        return None


def heard(folder: Path) -> Extent | None:
    """What a child has told last; None where it has told nothing that can be read."""
    try:
        told = json.loads((folder / TOLD).read_text())
        return Extent(**{**told, "phase": Phase(told["phase"]), "billing_period": None})
    except (OSError, ValueError, TypeError, KeyError):
        return None

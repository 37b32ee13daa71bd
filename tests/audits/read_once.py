"""A bill that several tests load is read by the child once: what it read is kept, and handed out to each that loads it."""

from __future__ import annotations

import dataclasses
import hashlib
import shutil
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from audits import bills, focus_process
from audits.focus_process import AddedUp, ReadBill
from audits.load_meter import Meter

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from connections.provider import ExportPeriod

FOLDER = tempfile.TemporaryDirectory(prefix="bills-read-once-")  # made before any test has a folder of its own
KEPT: dict[tuple[object, ...], tuple[ReadBill, bytes, AddedUp]] = {}


@contextmanager
def read_once(*, period: ExportPeriod, paths: Mapping[str, Path]) -> Iterator[ReadBill]:
    """As `bills.read_period` gives it. Raises BillRefused, each time anew."""
    known = _known_by(period, paths)
    if known not in KEPT:
        with bills.read_period(period=period, paths=paths, seconds=60) as bill:
            KEPT[known] = _kept(bill)
    bill, lines, added_up = KEPT[known]
    yield dataclasses.replace(bill, lines=iter([lines]), added_up=lambda: added_up, meter=Meter())


def _known_by(period: ExportPeriod, paths: Mapping[str, Path]) -> tuple[object, ...]:
    """All that the child is told, with what its files hold."""
    parts = tuple(
        (file.key, file.size, hashlib.sha256(paths[file.key].read_bytes()).digest() if file.key in paths else b"")
        for file in period.files
    )
    return period.billing_period, parts, bills.bounds(), focus_process.MOST_TAG_KEYS, focus_process.MOST_TAG_VALUES


def _kept(bill: ReadBill) -> tuple[ReadBill, bytes, AddedUp]:
    """What was read, its lines, and its files where they outlive the child's."""
    lines, folder = b"".join(bill.lines), Path(tempfile.mkdtemp(dir=FOLDER.name))

    def keep(path: Path | None) -> Path | None:
        return Path(shutil.copy(path, folder)) if path else None

    files = {name: keep(path) for name, path in vars(bill.added_up()).items()}
    return dataclasses.replace(bill, details=keep(bill.details)), lines, AddedUp(**files)

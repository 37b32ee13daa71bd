"""Brings files that were handed in to this machine, reads them in a child, and loads them. The worker only."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import count
from typing import IO, TYPE_CHECKING

from django.conf import settings

from audits import bills
from audits.bill_folder import bill_folder, has_room
from audits.bill_parts import BillRefused, Part
from audits.focus_process import read_bill
from audits.load_meter import Phase
from audits.models import BillSource
from audits.part_contents import content_id
from audits.upload_models import BillUploadChunk

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from pathlib import Path

    from audits.bill_worker import Worker
    from audits.focus import Sums
    from audits.models import BillLoad
    from audits.upload_models import BillUpload


MOST_KEPT_BYTES = 2 << 30


@dataclass(frozen=True, kw_only=True)
class Home:
    """The files on this machine, and the folder that they lie in."""

    folder: Path
    parts: tuple[Part, ...]


@dataclass(frozen=True, kw_only=True)
class Loaded:
    """What was loaded, and its lines as the child wrote them, in a file of the folder; None: they are too many."""

    sums: Sums
    loads: tuple[BillLoad, ...]
    lines: Path | None


@contextmanager
def brought_home(*, upload: BillUpload, worker: Worker) -> Iterator[Home]:
    """The files on this machine, gone afterwards. Raises BillRefused where this machine has no room for them."""
    with bill_folder() as folder:
        if not has_room(folder, size=upload.size_bytes):
            raise BillRefused(
                f"The files have {upload.size_bytes:,} bytes, more than this worker has room for. Whoever runs "
                "Costframe must give its temporary folder more.",
                permanent=False,
            )
        worker.meter.begin(Phase.FETCHING, all_bytes=upload.size_bytes)
        parts = [
            _bring(upload, number, path=folder / str(number), worker=worker) for number in range(len(upload.files))
        ]
        yield Home(folder=folder, parts=tuple(parts))


def _bring(upload: BillUpload, number: int, *, path: Path, worker: Worker) -> Part:
    """One file, a chunk at a time, each in a short transaction. Its name is in no path."""
    name, size = upload.files[number]["name"], upload.files[number]["size"]
    wanted = {"upload_id": upload.id, "file_number": number}
    with path.open("xb") as file:
        for chunk in count():
            worker.raise_if_over()
            with worker.reading():
                data = BillUploadChunk.objects.filter(**wanted, number=chunk).values_list("data", flat=True).first()
            if data is None:
                break
            file.write(data)
            worker.meter.add(done_bytes=len(data))
        if file.tell() != size:
            raise BillRefused(f"{name} is not here whole. Hand the files in again.", part=name)
    return Part(path=path, key=name, size=size)


def load(*, upload: BillUpload, home: Home, worker: Worker, at: datetime) -> Loaded:
    """Read the files in a child and load them as their source's; the lines are kept in a file too.

    Raises BillRefused, and whatever `worker` raises; then nothing was changed. What is loaded already stays so.
    """
    parts, lines = home.parts, home.folder / "lines"
    files = [{"key": part.key, "size": part.size, "etag": ""} for part in parts]
    with (
        read_bill(
            parts=parts,
            period=None,
            seconds=worker.seconds,
            bounds=bills.bounds(),
            memory_mb=settings.BILL_MEMORY_MB,
            on_wait=worker.raise_if_over,
            meter=worker.meter,
        ) as bill,
        lines.open("xb") as kept,
    ):
        execution_id = content_id(parts, bill.sums.contents, copies=bill.sums.copies)
        with worker.results():
            source = BillSource.objects.select_related("connection").get(id=upload.source_id)
            loads = bills.replace(
                source=source,
                bill=replace(bill, lines=_kept(bill.lines, kept)),
                files=files,
                execution_id=execution_id,
                at=at,
            )
            upload.load_ids = [load.id for load in loads]
            for copy, same in bill.sums.copies.items():
                upload.files[copy]["same_as"] = parts[same].key
            upload.save(update_fields=["load_ids", "files"])
    are_all = lines.stat().st_size <= MOST_KEPT_BYTES
    return Loaded(sums=bill.sums, loads=tuple(loads), lines=lines if are_all else None)


def _kept(blocks: Iterator[bytes], file: IO[bytes]) -> Iterator[bytes]:
    for block in blocks:
        if file.tell() <= MOST_KEPT_BYTES:  # beyond it none are of use, and the disk is the others' too
            file.write(block)
        yield block

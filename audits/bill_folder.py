"""The folder in which a bill's files lie while they are read: private, not too large for its disk, gone afterwards."""

from __future__ import annotations

import os
import shutil
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

PREFIX = "costframe-bill-"


@contextmanager
def bill_folder() -> Iterator[Path]:
    """A folder for a bill's files, readable by nobody else, gone afterwards."""
    with tempfile.TemporaryDirectory(prefix=f"{PREFIX}{os.getpid()}-") as folder:
        yield Path(folder)


def has_room(folder: Path, *, size: int) -> bool:
    """Whether files of `size` bytes leave half of the disk: one customer's bill must not fill it for the others."""
    return size <= shutil.disk_usage(folder).free // 2


def sweep() -> None:
    """Remove what a worker that was killed has left of a bill on this machine."""
    for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        pid = folder.name.removeprefix(PREFIX).partition("-")[0]
        is_ours = folder.is_dir() and not folder.is_symlink() and folder.stat().st_uid == os.getuid()
        if is_ours and pid.isdecimal() and not _is_alive(int(pid)):
            shutil.rmtree(folder, ignore_errors=True)


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True

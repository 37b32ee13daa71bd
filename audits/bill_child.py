"""How a child that reads a bill hangs on its parent: one request on its input, and an end when the parent ends."""

from __future__ import annotations

import os
import shutil
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

BLOCK = 1 << 16


def first_line(input_number: int) -> bytes:
    """Unbuffered: a thread that waits inside a buffered reader would break the interpreter's end."""
    line = b""
    while not line.endswith(b"\n"):
        block = os.read(input_number, BLOCK)
        if not block:
            break
        line += block
    return line


def end_with_parent(work: Path) -> None:
    """The parent keeps our input open as long as it lives."""
    os.read(sys.stdin.fileno(), 1)
    shutil.rmtree(work, ignore_errors=True)
    os._exit(1)

"""How far a load is, on the terminal of whoever runs a command: a line that is written anew, or lines now and then."""

from __future__ import annotations

import shutil
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

from audits.load_words import told
from audits.meanwhile import said_meanwhile

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.core.management.base import OutputWrapper

    from audits.load_meter import Meter

EVERY_SECONDS = 0.5
EVERY_SECONDS_IN_A_FILE = 30.0  # where lines stay, as in a log
BACK_AND_CLEAR = "\r\x1b[K"


class Line:
    """The line, shared by the thread that writes it and whoever says something else."""

    def __init__(self, meter: Meter, stream: OutputWrapper) -> None:
        self._meter = meter
        self._stream = stream
        self._lock = threading.Lock()
        self.is_terminal = stream.isatty()

    def say(self) -> bool:
        """Write how far it is."""
        extent = self._meter.extent()
        if extent is None:
            return True
        sentence = told(extent).sentence
        with self._lock:
            if self.is_terminal:
                width = shutil.get_terminal_size().columns - 1  # a line that is full would go on in the next one
                self._write(f"{BACK_AND_CLEAR}{sentence[:width]}", ending="")
            else:
                self._write(sentence, ending="\n")
        return True

    @contextmanager
    def aside(self) -> Iterator[None]:
        """Something else is said inside: the line is out of its way."""
        with self._lock:
            if self.is_terminal:
                self._write(BACK_AND_CLEAR, ending="")
            yield

    def _write(self, text: str, *, ending: str) -> None:
        self._stream.write(text, style_func=str, ending=ending)  # it is no error, so in no colour
        self._stream.flush()


@contextmanager
def shown(meter: Meter, stream: OutputWrapper) -> Iterator[Line]:
    """Show on `stream` what `meter` says while the block runs. On a terminal nothing of it stays."""
    line = Line(meter, stream)
    every = EVERY_SECONDS if line.is_terminal else EVERY_SECONDS_IN_A_FILE
    try:
        with said_meanwhile(line.say, every_seconds=every):
            yield line
    finally:
        with line.aside():
            pass

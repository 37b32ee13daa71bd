"""Rows as a CSV file that a spreadsheet opens without running anything in it."""

from __future__ import annotations

import csv
import io
import tempfile
from decimal import Decimal
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

SPOOL_BYTES = 4_000_000
# A cell that begins so may be run as a formula.
DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n")


def safe(text: str) -> str:
    """The text with an apostrophe before what a spreadsheet would take for a formula."""
    return f"'{text}" if text.startswith(DANGEROUS) else text


def plain(value: Decimal) -> str:
    """A decimal to its last digit, without exponent or noughts at the end."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def write(columns: Iterable[str], rows: Iterable[Sequence[str | Decimal | None]]) -> IO[bytes]:
    """The file, at its beginning: UTF-8 with a byte order mark; in memory while small, else in an unnamed file.

    Texts are made safe. A Decimal is ours and stays a number also where it is negative; None is an empty cell, which
    no program reads as 0 by itself.
    """
    spool = tempfile.SpooledTemporaryFile(max_size=SPOOL_BYTES)  # noqa: SIM115 - the caller reads and closes it
    text = io.TextIOWrapper(spool, encoding="utf-8-sig", newline="", write_through=True)
    writer = csv.writer(text)
    writer.writerow(columns)
    for row in rows:
        writer.writerow([_cell(value) for value in row])
    text.detach()
    spool.seek(0)
    return spool


def _cell(value: str | Decimal | None) -> str:
    if value is None:
        return ""
    return plain(value) if isinstance(value, Decimal) else safe(value)

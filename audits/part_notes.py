"""What a load says of its files as such, in sentences: those that are there twice, and those that may be cut."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from audits.bill_copies import note
from audits.bill_parts import GZIP_MAGIC, PARQUET_MAGIC

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from audits.bill_parts import Part

LINE_ENDS = (b"\n", b"\r")
OF_JSON = (b"{", b"[")
MOST_NAMED = 5


def notes(parts: Sequence[Part], copies: Mapping[int, int]) -> list[str]:
    """Of parts that are whole and were read."""
    twice = [note(parts[copy].key, parts[same].key) for copy, same in copies.items()]
    found = twice[:MOST_NAMED]
    if len(twice) > MOST_NAMED:
        found.append(f"{len(twice) - MOST_NAMED:,} more files are copies of others too; each is counted once.")
    cut = [part.key for number, part in enumerate(parts) if number not in copies and _has_open_end(part)]
    if cut:
        more = f" and {len(cut) - MOST_NAMED:,} more" if len(cut) > MOST_NAMED else ""
        found.append(
            f"The last line of {', '.join(cut[:MOST_NAMED])}{more} does not end with a line break, unlike every other: "
            "the file may be cut there. Compare its size, or export it anew."
        )
    return found


def _has_open_end(part: Part) -> bool:
    """Whether CSV stops within a line. A packed file, Parquet and JSON cannot be cut without being unreadable."""
    with part.path.open("rb") as file:
        begin = file.read(len(PARQUET_MAGIC))
        file.seek(-1, os.SEEK_END)
        last = file.read()
    return (
        not begin.startswith((GZIP_MAGIC, PARQUET_MAGIC))
        and begin.lstrip()[:1] not in OF_JSON
        and last not in LINE_ENDS
    )

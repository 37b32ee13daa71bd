"""Files of one bill that hold the same, whatever they are called and however they are packed: one of them is read."""

from __future__ import annotations

import gzip
import hashlib
import os
import zlib
from collections import defaultdict
from typing import IO, TYPE_CHECKING

from audits.bill_parts import BLOCK, GZIP_MAGIC, PARQUET_MAGIC, most_unpacked

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from audits.bill_parts import Part

EDGE = 1 << 16  # bytes by which different parts of a bill differ, so that only copies are read once more
UNREADABLE = (OSError, EOFError, zlib.error)  # the reader says it better


def alike(parts: Sequence[Part]) -> list[int]:
    """For each part the number of the first one that holds the same, its own where none does.

    The same is: to the last byte, once unpacked; Parquet as it is. A part that cannot be read is like no other.
    """
    first = list(range(len(parts)))
    begun: defaultdict[bytes, list[int]] = defaultdict(list)
    for number, part in enumerate(parts):
        begun[_edge(part) if len(parts) > 1 else b""].append(number)
    for numbers in begun.values():
        held: dict[bytes, int] = {}
        for number in numbers if len(numbers) > 1 else ():
            if digest := _digest(parts[number]):
                first[number] = held.setdefault(digest, number)
    return first


def copies(like: Sequence[int], kept: Sequence[str]) -> dict[int, int]:
    """Copies among parts that are `alike`, with what they are copies of.

    Of Azure's actual and amortised cost two parts may be alike, and each is there for itself: then other rows of them
    are `kept`.
    """
    first: dict[tuple[int, str], int] = {}
    pairs = {number: first.setdefault(both, number) for number, both in enumerate(zip(like, kept, strict=True))}
    return {number: same for number, same in pairs.items() if number != same}


def told(copies: Mapping[int, int], rows: Sequence[int]) -> dict[int, int]:
    """The copies, without those of a part that holds nothing but a header."""
    return {copy: same for copy, same in copies.items() if rows[same]}


def note(copy: str, same: str) -> str:
    """That a file is a copy of another one, in a sentence."""
    if copy == same:
        return f"{copy} is there twice; it is counted once."
    return f"{copy} holds the same as {same}; it is counted once."


def _edge(part: Part) -> bytes:
    """How a text begins, unpacked; how Parquet ends, where it tells what it holds. Empty where it cannot be read."""
    try:
        with part.path.open("rb") as file:
            if file.read(len(PARQUET_MAGIC)) == PARQUET_MAGIC:
                file.seek(-min(EDGE, file.seek(0, os.SEEK_END)), os.SEEK_END)
                return hashlib.sha256(file.read()).digest()
            return hashlib.sha256(_unpacked(file).read(EDGE)).digest()
    except UNREADABLE:
        return b""


def _digest(part: Part) -> bytes:
    """Of all that it holds; empty where that cannot be read, or is more than a bill unpacks to."""
    digest, length = hashlib.sha256(), 0
    try:
        with part.path.open("rb") as file:
            content = _unpacked(file)
            while block := content.read(BLOCK):
                length += len(block)
                if length > most_unpacked(part):
                    return b""
                digest.update(block)
    except UNREADABLE:
        return b""
    return digest.digest()


def _unpacked(file: IO[bytes]) -> IO[bytes]:
    file.seek(0)
    is_gzip = file.read(len(GZIP_MAGIC)) == GZIP_MAGIC
    file.seek(0)
    return gzip.GzipFile(fileobj=file) if is_gzip else file  # type: ignore[return-value]  # it reads as a file does

"""Files of one bill that hold the same, whatever they are called and however they are packed: one of them is read."""

from __future__ import annotations

import gzip
import hashlib
import os
import zlib
from collections import defaultdict
from dataclasses import dataclass, field
from typing import IO, TYPE_CHECKING

from audits.bill_parts import BLOCK, GZIP_MAGIC, PARQUET_MAGIC, most_unpacked

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from audits.bill_parts import Part

EDGE = 1 << 16  # bytes by which different parts of a bill differ, so that only copies are read once more
UNREADABLE = (OSError, EOFError, zlib.error)  # the reader says it better


@dataclass(frozen=True, kw_only=True)
class Copies:
    """The parts that were given, and by the number of each copy that of the part before it that holds the same."""

    given: Sequence[Part]
    of: Mapping[int, int] = field(default_factory=dict)

    @property
    def kept(self) -> list[Part]:
        """The parts to read."""
        return [part for number, part in enumerate(self.given) if number not in self.of]

    def rows(self, counted: Sequence[int]) -> list[int]:
        """The rows of every part that was given, from those of the parts that were read. A copy's count nowhere."""
        read = iter(counted)
        return [0 if number in self.of else next(read) for number in range(len(self.given))]

    def told(self, rows: Sequence[int]) -> list[tuple[int, int]]:
        """The copies with what they are copies of, without those that hold nothing but a header."""
        return [(number, same) for number, same in self.of.items() if rows[same]]

    def notes(self, rows: Sequence[int]) -> list[str]:
        """The same in sentences."""
        return [note(self.given[number].key, self.given[same].key) for number, same in self.told(rows)]


def note(copy: str, same: str) -> str:
    """That a file is a copy of another one, in a sentence."""
    if copy == same:
        return f"{copy} is there twice; it is counted once."
    return f"{copy} holds the same as {same}; it is counted once."


def found(parts: Sequence[Part]) -> Copies:
    """Which parts hold the same to the last byte, once unpacked; Parquet as it is. Those that cannot be read: none."""
    alike: defaultdict[bytes, list[int]] = defaultdict(list)
    for number, part in enumerate(parts):
        alike[_edge(part) if len(parts) > 1 else b""].append(number)
    of: dict[int, int] = {}
    for numbers in alike.values():
        first: dict[bytes, int] = {}
        for number in numbers if len(numbers) > 1 else ():
            digest = _digest(parts[number])
            if digest and first.setdefault(digest, number) != number:
                of[number] = first[digest]
    return Copies(given=parts, of=dict(sorted(of.items())))


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

"""What parts of a bill hold, however they are packed: a digest of each, made while it is read, and of all."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterable, Sequence

    from audits.bill_parts import Part


class PartContents:
    """Of text once unpacked. Parquet is not read through, and has none."""

    def __init__(self, parts: Sequence[Part]) -> None:
        self._order = [id(part) for part in parts]  # one file may be there twice
        self._found: dict[int, hashlib._Hash] = {}

    def begin(self, parts: Iterable[Part]) -> Callable[[Part, bytes], None]:
        """Of `parts` from their beginning, whatever was read of them before. Returns what takes their blocks in order.

        It passes over those of other parts.
        """
        begun = {id(part) for part in parts}
        for one in begun:
            self._found.pop(one, None)

        def add(part: Part, block: bytes) -> None:
            if id(part) in begun:
                self._found.setdefault(id(part), hashlib.sha256()).update(block)

        return add

    def digests(self) -> list[str | None]:
        """By part, in the order given; None for what was not read."""
        return [self._found[one].hexdigest() if one in self._found else None for one in self._order]


def content_id(parts: Sequence[Part], digests: Sequence[str | None], *, copies: Container[int]) -> str:
    """Names what files hold, whatever they are called, however packed, in whatever order and how often they come.

    `digests` are of their texts (`PartContents`); what has none, as Parquet, is named by its file.
    """
    counted = [one for number, one in enumerate(zip(parts, digests, strict=True)) if number not in copies]
    found = sorted(digest or _of_file(part) for part, digest in counted)
    return "sha256:" + hashlib.sha256(" ".join(found).encode()).hexdigest()


def _of_file(part: Part) -> str:
    with part.path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()

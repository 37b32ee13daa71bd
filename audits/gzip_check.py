"""Whether gzip files are whole to their checksum, which DuckDB does not compare: read beside it, in a thread."""

from __future__ import annotations

import gzip
import threading
import zlib
from typing import TYPE_CHECKING

from audits.bill_parts import BillRefused

if TYPE_CHECKING:
    from collections.abc import Sequence

    from audits.bill_parts import Part

BLOCK = 1 << 20


class GzipCheck:
    """Unpacks each part to nowhere, in bounded memory, from when it is made."""

    def __init__(self, parts: Sequence[Part]) -> None:
        self._parts = parts
        self._damaged: Part | None = None
        self._thread = threading.Thread(target=self._read_all, daemon=True)
        self._thread.start()

    def require_whole(self) -> None:
        """Wait for the end. Raises BillRefused for a part whose content is not what was packed."""
        self._thread.join()
        if self._damaged is not None:
            raise BillRefused(
                f"{self._damaged.key} is damaged: its content is not what its checksum says. Fetch or export it anew.",
                part=self._damaged.key,
                permanent=False,
            )

    def _read_all(self) -> None:
        for part in self._parts:
            try:
                with gzip.open(part.path) as file:
                    while file.read(BLOCK):
                        pass
            except (OSError, EOFError, zlib.error):
                self._damaged = part
                return

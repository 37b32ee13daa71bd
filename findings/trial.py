"""The child that tries a bill: reads its lines from a file, and writes what they prove to another. No Django."""

from __future__ import annotations

import json
import resource
import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from audits.billed_things import BilledThings, Span, written_lines
from findings.told import told
from findings.try_bill import try_bill

if TYPE_CHECKING:
    from collections.abc import Iterator

BLOCK = 1 << 18
MOST_MEMORY = 2 << 30


def main() -> None:
    """Do what the request on standard input says: {lines, result, first, until}, the former two being paths."""
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    request = json.loads(sys.stdin.read())
    span = Span(first=date.fromisoformat(request["first"]), until=date.fromisoformat(request["until"]))
    tried = try_bill(BilledThings(written_lines(_blocks(Path(request["lines"]))), span))
    Path(request["result"]).write_text(json.dumps(told(tried)))


def _blocks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            yield block


if __name__ == "__main__":
    main()

"""The manifest of a cost export. Pure: its bytes in; which run wrote it, its columns and its files out.

AWS describes it in prose (all columns, all files with their paths, the time that is covered, additionalOutputFiles of
an integration) and publishes no schema. The names are those that its files have been seen to carry; whatever else
stands there is passed over, and a form that is not known is an error, never an empty bill.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

# How an entry of dataFiles names its file where it is not simply the address.
ADDRESS_MEMBERS = ("s3Uri", "uri", "path", "key")


class NotAManifest(Exception):
    """The bytes are no manifest of Data Exports. Where `is_cut_off` they may be one later: it is being written."""

    def __init__(self, message: str, *, is_cut_off: bool = False) -> None:
        super().__init__(message)
        self.is_cut_off = is_cut_off


@dataclass(frozen=True, kw_only=True)
class Manifest:
    """What one run of an export delivered. `execution_id` is empty where the manifest does not say."""

    execution_id: str
    columns: tuple[str, ...]
    addresses: tuple[str, ...]


def read_manifest(content: bytes) -> Manifest:
    """The manifest in `content`. Raises NotAManifest."""
    try:
        found = json.loads(content)
    except (ValueError, RecursionError):
        raise NotAManifest("it is not JSON, or is being written", is_cut_off=True) from None
    files = found.get("dataFiles") if isinstance(found, dict) else None
    if not isinstance(files, list) or not files:
        raise NotAManifest("it names no files, so it is not one of Data Exports")
    columns = found.get("columns")
    return Manifest(
        execution_id=str(found.get("executionId") or ""),
        columns=tuple(_column(one) for one in columns) if isinstance(columns, list) else (),
        addresses=tuple(_address(one) for one in files),
    )


def _address(entry: Any) -> str:  # noqa: ANN401 - as the file has it
    named = [entry.get(member) for member in ADDRESS_MEMBERS] if isinstance(entry, dict) else [entry]
    for address in named:
        if isinstance(address, str) and address:
            return address
    raise NotAManifest(f"it names a file in a way that is not known: {json.dumps(entry)[:200]}")


def _column(entry: Any) -> str:  # noqa: ANN401 - as the file has it
    return str(entry.get("name", "")) if isinstance(entry, dict) else str(entry)

"""The log of every call: in memory for tests, in a file beside the sandbox's state for people."""

from __future__ import annotations

import json
import threading
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

    from sandbox.aws.identities import Caller
    from sandbox.aws.wire import ApiCall


class Journal:
    """Who called what, where, and what came of it."""

    def __init__(self, file: Path) -> None:
        self._lock = threading.Lock()
        self._calls: list[dict[str, Any]] = []
        self._file = file.open("a", buffering=1)

    def book(
        self, *, access_key_id: str, caller: Caller | None, call: ApiCall | None, outcome: str, milliseconds: float
    ) -> None:
        entry = {
            "at": datetime.now(UTC).isoformat(),
            "access_key_id": access_key_id,
            "principal": caller.arn if caller else None,
            "role": caller.role_arn if caller else None,
            "session": caller.session_name if caller else None,
            "account": caller.account if caller else None,
            "region": call.region if call else None,
            "service": call.service if call else None,
            "operation": call.operation if call else None,
            "action": call.action if call else None,
            "resource": call.resource if call else None,
            "outcome": outcome,
            "milliseconds": round(milliseconds, 1),
        }
        with self._lock:
            self._calls.append(entry)
            self._file.write(json.dumps(entry) + "\n")

    def since(self, first: int = 0) -> list[dict[str, Any]]:
        with self._lock:
            return self._calls[first:]

    def clear(self) -> None:
        with self._lock:
            self._calls.clear()

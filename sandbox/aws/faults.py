"""Trouble on demand: throttling, denials, errors, slowness, broken and cut connections, for the next so many matching
calls.
"""

from __future__ import annotations

import threading
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from sandbox.aws.access import refuse
from sandbox.aws.wire import Refusal

if TYPE_CHECKING:
    from sandbox.aws.identities import Caller
    from sandbox.aws.wire import Answer, ApiCall

KINDS = ("throttle", "deny", "error", "slow", "hang_up", "cut")


@dataclass(kw_only=True)
class Fault:
    """One kind of trouble. `*` matches everything; `count` None lasts until it is cleared; `seconds` is how slow slow
    is.
    """

    kind: str
    service: str = "*"
    operation: str = "*"
    region: str = "*"
    account: str = "*"
    count: int | None = 1
    seconds: float = 0.0

    def fits(self, call: ApiCall, account: str) -> bool:
        pairs = (
            (self.service, call.service),
            (self.operation, call.operation),
            (self.region, call.region),
            (self.account, account),
        )
        return self.count != 0 and all(wanted in {"*", found} for wanted, found in pairs)


class HangUp(Exception):
    """The connection is to be closed: without an answer, or in the middle of this one."""

    def __init__(self, answer: Answer | None = None) -> None:
        super().__init__()
        self.answer = answer


@dataclass(frozen=True, kw_only=True)
class Strike:
    """What a call meets that is answered all the same: how many seconds it waits, and whether its answer is cut."""

    delay: float = 0.0
    is_cut: bool = False

    def cut(self, answer: Answer) -> Answer:
        """The answer, if it comes through whole."""
        if self.is_cut:
            raise HangUp(answer)
        return answer


class Faults:
    """All faults that wait for their calls."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._faults: list[Fault] = []

    def add(self, fault: Fault) -> None:
        if fault.kind not in KINDS:
            raise ValueError(f"kind must be one of {KINDS}")
        with self._lock:
            self._faults.append(fault)

    def clear(self) -> None:
        with self._lock:
            self._faults.clear()

    def waiting(self) -> list[dict[str, Any]]:
        with self._lock:
            return [asdict(fault) for fault in self._faults if fault.count != 0]

    def _take(self, call: ApiCall, account: str) -> list[Fault]:
        taken = []
        with self._lock:
            for fault in self._faults:
                if fault.fits(call, account):
                    if fault.count is not None:
                        fault.count -= 1
                    taken.append(fault)
                    if fault.kind not in {"slow", "cut"}:
                        break
        return taken

    def strike(self, call: ApiCall, caller: Caller) -> Strike:
        """Raises what is due for this call; answers what else it meets."""
        taken = self._take(call, caller.account)
        for fault in taken:
            if fault.kind == "deny":
                refuse(call, caller, resource="*", reason="with an explicit deny in a service control policy")
            if fault.kind == "hang_up":
                raise HangUp
            if fault.kind in {"throttle", "error"}:
                raise Refusal(fault.kind, "")
        return Strike(delay=sum(fault.seconds for fault in taken), is_cut=any(fault.kind == "cut" for fault in taken))

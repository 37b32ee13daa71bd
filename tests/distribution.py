"""How the whole suite is shared out: by module, to processes that each have an own PostgreSQL, Redis and sandbox cloud.

Whatever starts the product's processes or a browser is run by one of them, so that two never compete and their
deadlines hold on a small machine. That is more tests than any module has, and so xdist begins with it.
"""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from xdist.scheduler import LoadFileScheduling

if TYPE_CHECKING:
    from xdist.remote import Producer

ROOT = Path(__file__).resolve().parent.parent
PROCESSES = "processes"


@cache
def group_of(module: str) -> str:
    """What is run by one process together with this module: nothing else, or all that starts processes."""
    is_marked = "mark.processes" in (ROOT / module).read_text() or "mark.browser" in (ROOT / module).read_text()
    return PROCESSES if is_marked or module.startswith("tests/browser/") else module


class ByGroup(LoadFileScheduling):
    """Fixtures of a module are dear, so it is never split."""

    def _split_scope(self, nodeid: str) -> str:
        return group_of(nodeid.partition("::")[0])


def sendable(text: str) -> str:
    """Lone surrogates written out: the channel between xdist's processes takes UTF-8 only, and else the run ends."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def share_out(config: pytest.Config, log: Producer) -> ByGroup:
    """The scheduler of xdist. Roles and their passwords are one for a whole server, so two workers cannot share one."""
    if os.environ.get("COSTFRAME_DATABASE_URL"):
        raise pytest.UsageError(
            "COSTFRAME_DATABASE_URL gives one server, which several workers cannot share: run with -n 0, "
            "or unset it, so that each worker starts a server of its own."
        )
    return ByGroup(config, log)

"""Who did what in an account: the trails that log it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from connections.resources.thing import Thing


@dataclass(frozen=True, kw_only=True)
class Trail(Thing):
    """A trail in its home region. `logs` are the kinds of management events ("read", "write") that it logs.

    `doubled_by` names the trails that log all of the same, wherever it does, of two alike the one to be kept;
    `feeds_alone`: it feeds a log group or a topic of the account, and none of those does. Each None: could not be read.
    """

    KIND: ClassVar[str] = "trail"
    SERVICE: ClassVar[str] = "cloudtrail"

    is_multi_region: bool
    is_organization: bool
    is_logging: bool | None = None
    logs: tuple[str, ...] | None = None
    doubled_by: tuple[str, ...] | None = None
    feeds_alone: bool = False

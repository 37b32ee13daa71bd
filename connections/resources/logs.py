"""Where logs are kept."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from connections.resources.thing import Thing


@dataclass(frozen=True, kw_only=True)
class LogGroup(Thing):
    """A group of log streams. `stored_bytes` is before compression; None: the provider did not say.

    `retention_days` None: what is written stays for ever. `by_policy`: a policy of its account says so or sets those
    days, whatever the group's own retention is. `log_class` is STANDARD, INFREQUENT_ACCESS, ESSENTIALS or DELIVERY.
    `is_protected`: its owner has switched deletion off.
    """

    KIND: ClassVar[str] = "log_group"
    SERVICE: ClassVar[str] = "logs"

    stored_bytes: int | None
    retention_days: int | None
    log_class: str = "STANDARD"
    is_protected: bool = False
    by_policy: bool = False

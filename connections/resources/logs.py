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
    `is_protected`: its owner has switched deletion off. `gets_copies`: logs of other accounts are copied to some groups
    of its account and region, nobody says to which; None: could not be read, or was not asked.
    """

    KIND: ClassVar[str] = "log_group"
    SERVICE: ClassVar[str] = "logs"

    stored_bytes: int | None
    retention_days: int | None
    log_class: str = "STANDARD"
    is_protected: bool = False
    by_policy: bool = False
    gets_copies: bool | None = None

"""Names and what looks whether that stands behind them answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from connections.resources.thing import Thing


@dataclass(frozen=True, kw_only=True)
class HostedZone(Thing):
    """A zone of names. `record_count` counts its sets of records: an empty one has two, which it is made with; None:
    not told. `is_private`: only the networks that it is linked to see it. `managed_by` names a service that keeps it.
    """

    KIND: ClassVar[str] = "hosted_zone"
    SERVICE: ClassVar[str] = "route53"

    record_count: int | None
    is_private: bool = False
    managed_by: str = ""


@dataclass(frozen=True, kw_only=True)
class HealthCheck(Thing):
    """A health check. `used_by` says in words what stands on it: a record, another check, an alarm, a protection; None:
    not all of these could be read. `managed_by` names a service that keeps it.
    """

    KIND: ClassVar[str] = "health_check"
    SERVICE: ClassVar[str] = "route53"

    check_type: str
    is_disabled: bool = False
    managed_by: str = ""
    used_by: tuple[str, ...] | None = None

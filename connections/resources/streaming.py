"""Machines that stream applications and desktops to whoever connects."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from connections.resources.thing import Thing


@dataclass(frozen=True, kw_only=True)
class StreamingFleet(Thing):
    """A fleet of streaming machines. `fleet_type` is ALWAYS_ON, ON_DEMAND or ELASTIC, `state` in the provider's word.

    `running_count` is how many of its machines run, None where it is not told.
    """

    KIND: ClassVar[str] = "streaming_fleet"
    SERVICE: ClassVar[str] = "appstream"

    state: str
    fleet_type: str
    instance_type: str = ""
    running_count: int | None = None

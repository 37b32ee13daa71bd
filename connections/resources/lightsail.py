"""What Lightsail keeps apart from the rest of the cloud."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from connections.resources.thing import Thing


@dataclass(frozen=True, kw_only=True)
class LightsailInstance(Thing):
    """A machine with its disk and its traffic at one price a month (`bundle`). No rule looks at it yet."""

    KIND: ClassVar[str] = "lightsail_instance"
    SERVICE: ClassVar[str] = "lightsail"

    state: str
    bundle: str = ""


@dataclass(frozen=True, kw_only=True)
class LightsailAddress(Thing):
    """A static address. It cannot be tagged. `is_attached` None: not told."""

    KIND: ClassVar[str] = "lightsail_address"
    SERVICE: ClassVar[str] = "lightsail"

    is_attached: bool | None
    public_ip: str = ""

"""Desktops that are rented by the month."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from connections.resources.thing import Thing

if TYPE_CHECKING:
    from datetime import datetime


@dataclass(frozen=True, kw_only=True)
class Desktop(Thing):
    """A desktop in the cloud, without whose it is. `running_mode` is ALWAYS_ON, AUTO_STOP or MANUAL.

    `connection` is CONNECTED, DISCONNECTED or UNKNOWN, None where it could not be read; `last_connected_at` None: the
    provider knows of no connection, ever. `is_standby`: it takes over from one in another region.
    """

    KIND: ClassVar[str] = "desktop"
    SERVICE: ClassVar[str] = "workspaces"
    ARN: ClassVar[str] = "arn:aws:workspaces:{region}:{account_id}:workspace/{resource_id}"

    state: str
    running_mode: str
    compute_type: str = ""
    connection: str | None = None
    last_connected_at: datetime | None = None
    is_standby: bool = False

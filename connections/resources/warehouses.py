"""Data warehouses."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from connections.resources.thing import Thing


@dataclass(frozen=True, kw_only=True)
class Warehouse(Thing):
    """A cluster of Redshift with all of its nodes; `is_multi_az`: it has as many again in a second zone.

    `schedules` are the words of what is done with it by a schedule that is on (pause, resume, resize), and `is_shared`
    says whether other clusters read its data, which no connection to it shows (both None: could not be read).
    """

    KIND: ClassVar[str] = "warehouse"
    SERVICE: ClassVar[str] = "redshift"

    state: str
    node_type: str
    node_count: int
    is_multi_az: bool = False
    schedules: tuple[str, ...] | None = None
    is_shared: bool | None = None

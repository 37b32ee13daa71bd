"""What moves databases from one place to another."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from connections.resources.thing import Thing

if TYPE_CHECKING:
    from datetime import datetime


@dataclass(frozen=True, kw_only=True)
class ReplicationInstance(Thing):
    """A machine that replicates databases. `task_states` are those of its tasks; None: they could not be read.

    `last_worked_at` is when the last of its tasks stopped, None where none ever ran, or where that is not told, as
    `is_end_told` says.
    """

    KIND: ClassVar[str] = "replication_instance"
    SERVICE: ClassVar[str] = "dms"

    state: str
    instance_class: str
    is_multi_az: bool = False
    task_states: tuple[str, ...] | None = None
    last_worked_at: datetime | None = None
    is_end_told: bool = True

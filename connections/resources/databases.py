"""Managed databases."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from connections.resources.thing import Thing


@dataclass(frozen=True, kw_only=True)
class Database(Thing):
    """A managed database instance. `replica_of` names its source where it is a replica."""

    KIND: ClassVar[str] = "database"
    SERVICE: ClassVar[str] = "rds"

    state: str
    instance_class: str
    engine: str
    storage_gib: int
    storage_type: str = ""
    is_multi_az: bool = False
    cluster_id: str | None = None
    replica_of: str | None = None
    replica_ids: tuple[str, ...] = ()

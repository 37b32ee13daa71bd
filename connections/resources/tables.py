"""Tables of a key-value store, which are charged by the capacity kept for them or by request."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from connections.resources.thing import Thing


@dataclass(frozen=True, kw_only=True)
class Table(Thing):
    """A table. `billing_mode` is PROVISIONED or PAY_PER_REQUEST; `read_units` and `write_units` are what is kept for it
    a second, without its indexes, whose names are `index_names`. `replica_regions` are where else it stands
    (None: it could not be read whether it is a replica of the version of 2017), and `has_full_stream` says that a
    stream of it holds what changes, as it was and as it is.

    `read_scaling` and `write_scaling` are the least and the most that automatic scaling may give it: empty where it is
    not scaled, None where that could not be read.
    """

    KIND: ClassVar[str] = "table"
    SERVICE: ClassVar[str] = "dynamodb"
    DETAILS: ClassVar[tuple[str, ...]] = (
        "created_at",
        "tags",
        "state",
        "billing_mode",
        "table_class",
        "read_units",
        "write_units",
        "size_gib",
        "index_names",
        "replica_regions",
        "has_full_stream",
    )

    state: str
    billing_mode: str
    table_class: str = "STANDARD"
    read_units: int = 0
    write_units: int = 0
    size_gib: float = 0.0
    index_names: tuple[str, ...] = ()
    replica_regions: tuple[str, ...] | None = ()
    has_full_stream: bool = False
    read_scaling: tuple[int, ...] | None = ()
    write_scaling: tuple[int, ...] | None = ()

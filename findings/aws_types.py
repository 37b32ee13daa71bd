"""What an EC2 instance type is: its processors, memory, architecture and rates, from a committed, dated table. Pure.

The table is made by `manage.py make_type_facts`. A type that is not in it is not known: nothing is ever guessed from
a name. Classes of databases ("db.m5.large") are the EC2 type after their prefix.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

FILE = Path(__file__).parent / "price_tables" / "aws_types.json"


@dataclass(frozen=True)
class TypeFacts:
    """One type. `local_disk_gb` is 0 where it has no disk of its own; a rate is None where AWS does not state it."""

    vcpus: int
    memory_mib: int
    architectures: tuple[str, ...]
    local_disk_gb: int
    ebs_baseline_mbps: float | None
    network_baseline_gbps: float | None
    gpus: int
    is_burstable: bool | None
    is_current: bool | None

    def holds(self, other: TypeFacts) -> bool:
        """Whether this type has at least the processors, the memory and the GPUs of the other, and all of the time."""
        is_steady = not self.is_burstable or bool(other.is_burstable)
        has_as_much = self.vcpus >= other.vcpus and self.memory_mib >= other.memory_mib and self.gpus >= other.gpus
        return is_steady and has_as_much


FIELDS = tuple(one.name for one in fields(TypeFacts))


@cache
def facts(instance_type: str) -> TypeFacts | None:
    """The facts of "m5.large" or "db.m5.large"; None where the table does not have the type."""
    found = _rows().get(instance_type.removeprefix("db."))
    if found is None:
        return None
    given = dict(zip(FIELDS, found, strict=True))
    return TypeFacts(**{**given, "architectures": tuple(given["architectures"])})


def names() -> tuple[str, ...]:
    """Every type that the table has."""
    return tuple(_rows())


@cache
def _rows() -> Mapping[str, list[Any]]:
    """Read when a type is first asked for: most processes never ask."""
    table = json.loads(FILE.read_text(encoding="utf-8"))
    if tuple(table["fields"]) != FIELDS:
        raise ValueError(f"{FILE.name} has the fields {table['fields']}: run manage.py make_type_facts.")
    rows: Mapping[str, list[Any]] = table["types"]
    return rows

"""Which details are read anew although nothing asks for it: a share each night, and one of each sort. Pure."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from connections.provider import Known
    from connections.resources import Thing

NIGHTS = 7  # details are at most as old, and each night reads one of so many


def as_of_tonight(earlier: Thing, *, at: datetime) -> Thing | None:
    """The resource as an audit at `at` would see it with the details of `earlier`; None where they are read anew."""
    read_at = earlier.details_read_at or earlier.observed_at
    if (at.date() - read_at.date()).days >= NIGHTS or is_its_turn(earlier.resource_id, at=at):
        return None
    return replace(earlier, observed_at=at, details_read_at=read_at)


def is_its_turn(resource_id: str, *, at: datetime) -> bool:
    """Whether tonight is the one night of `NIGHTS` on which this resource is read whatever was read before."""
    drawn = int.from_bytes(hashlib.sha256(resource_id.encode()).digest()[:8])
    return (at.date().toordinal() + drawn) % NIGHTS == 0


def with_one_asked(kept: Known, *, among: Iterable[Thing], at: datetime) -> Known:
    """`kept` without one resource of each sort of `among`, where all of them are in it: so lost access is noticed.

    A sort is a kind, and what its `DETAILS_BY` says. Which one is left out, a hash draws anew each night.
    """
    sorts: dict[tuple[str, object], list[tuple[str, str]]] = {}
    for thing in among:
        sort = (thing.KIND, getattr(thing, thing.DETAILS_BY) if thing.DETAILS_BY else None)
        sorts.setdefault(sort, []).append((thing.KIND, thing.resource_id))
    night = at.date().isoformat()
    asked = {
        min(keys, key=lambda key: hashlib.sha256(f"{night} {key[1]}".encode()).digest())
        for keys in sorts.values()
        if all(key in kept for key in keys)
    }
    return {key: thing for key, thing in kept.items() if key not in asked}

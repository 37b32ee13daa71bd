"""When the details of a resource are read anew although nothing asks for it: a share each night. Pure."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

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

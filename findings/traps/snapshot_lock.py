"""A snapshot that is locked cannot be deleted: somebody locked it to keep it, often because a law asks for that."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connections.resources import Snapshot
from findings.trap import FINE, Caught, Clear, Look, Trap, Unchecked

if TYPE_CHECKING:
    from connections.resources import Thing


def look(thing: Thing) -> Look:
    if not isinstance(thing, Snapshot) or thing.is_locked is None:
        return Unchecked("whether it is locked")
    if not thing.is_locked:
        return Clear("No lock keeps it from being deleted.")
    until = f" until {thing.lock_ends_at:%Y-%m-%d}" if thing.lock_ends_at else ""
    return Caught(f"Locked{until}: nobody can delete it while that lasts.")


trap = Trap(
    id="snapshot_lock",
    title="Snapshot lock",
    effect=FINE,
    look=look,
    kinds=(Snapshot,),
    meters=("EBS:SnapshotUsage",),
)

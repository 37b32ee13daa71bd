"""A snapshot that a service of AWS keeps is that service's to delete, by the plan that somebody made."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connections.resources import Image, Snapshot
from connections.resources.databases import DatabaseSnapshot
from findings.trap import FINE, Caught, Clear, Look, Trap

if TYPE_CHECKING:
    from connections.resources import Thing

KEEPERS = {"backup": "AWS Backup", "dlm": "Data Lifecycle Manager", "drs": "Elastic Disaster Recovery"}


def look(thing: Thing) -> Look:
    keeper = KEEPERS.get(thing.managed_by or "") if isinstance(thing, Snapshot | DatabaseSnapshot | Image) else None
    if keeper:
        return Caught(f"Kept by {keeper}, which deletes it by its own plan.")
    return Clear("No backup service keeps it.")


trap = Trap(
    id="backup",
    title="Backup service",
    effect=FINE,
    look=look,
    kinds=(Snapshot, DatabaseSnapshot, Image),
    meters=("EBS:SnapshotUsage",),
    reads_tags=True,
)

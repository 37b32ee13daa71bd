"""Backups of AWS Backup, and the snapshots that they are of."""

from __future__ import annotations

from connections.resources import Snapshot
from connections.resources.backups import RecoveryPoint
from findings.relation import GOES, Relation

RELATIONS = (
    Relation(
        parent=RecoveryPoint,
        child=Snapshot,
        # The backup of a volume is a snapshot; that of a machine is an image with all the snapshots under it.
        parents=lambda snapshot: snapshot.image_ids or (snapshot.resource_id,),
        fate=lambda _: GOES,
        words={GOES: "Deleted with the backup."},
    ),
)

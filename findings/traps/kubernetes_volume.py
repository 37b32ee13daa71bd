"""What was made for Kubernetes looks left over: a volume while its workload is scaled to nothing, a snapshot always."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connections.resources import Snapshot, Volume
from findings.trap import LOWER, Caught, Clear, Look, Trap

if TYPE_CHECKING:
    from connections.resources import Thing

CLAIM, SPACE = "kubernetes.io/created-for/pvc/name", "kubernetes.io/created-for/pvc/namespace"
COPY = "CSIVolumeSnapshotName"
MADE_FOR = ("kubernetes.io/created-for/", "ebs.csi.aws.com/cluster", "CSIVolumeName")


def look(thing: Thing) -> Look:
    if isinstance(thing, Snapshot):
        return _of_copy(thing)
    if CLAIM in thing.tags:
        space = thing.tags.get(SPACE, "")
        claim = f"{space}/{thing.tags[CLAIM]}" if space else thing.tags[CLAIM]
        return Caught(f"Made for the Kubernetes claim {claim}: make sure that the claim is gone.")
    if any(key.startswith(MADE_FOR) for key in thing.tags):
        return Caught("Made by Kubernetes: make sure that no claim is left that would attach it again.")
    return Clear("No tag says that Kubernetes made it.")


def _of_copy(snapshot: Snapshot) -> Look:
    if COPY in snapshot.tags:
        return Caught("Made by Kubernetes: make sure that no VolumeSnapshot is left that names it.")
    return Clear("No tag says that Kubernetes made it.")


trap = Trap(
    id="kubernetes_volume",
    title="Kubernetes claim",
    effect=LOWER,
    look=look,
    kinds=(Volume, Snapshot),
    meters=("EBS:VolumeUsage", "EBS:SnapshotUsage"),
    reads_tags=True,
)

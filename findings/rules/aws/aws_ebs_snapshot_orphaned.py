"""A snapshot whose volume is gone, and that no image or backup plan needs, is often a left-over."""

from __future__ import annotations

from connections.resources import Image, Snapshot, Volume
from findings.rule import ALL, Fine, Rule, Unknown, Verdict, Waste, counted
from findings.traps import backup, machine_image

# A copied snapshot names no real volume, so that its volume is not found says nothing.
COPIED_FROM = "vol-ffffffff"


def judge(snapshot: Snapshot, *, orphaned_days: int) -> Verdict:
    archived = "Archived already: somebody has decided to keep it." * (snapshot.storage_tier == "archive")
    kept = archived or backup.trap.caught(snapshot) or machine_image.trap.caught(snapshot)
    if kept or snapshot.managed_by or snapshot.state != "completed" or snapshot.is_volume_present:
        return Fine(kept)
    if snapshot.created_at is None:
        return Unknown("when the snapshot was taken")
    days = (snapshot.observed_at - snapshot.created_at).days
    if days < orphaned_days:
        return Fine()
    if snapshot.image_ids is None:
        return Unknown("whether an image stands on the snapshot")
    if snapshot.is_volume_present is None or snapshot.volume_id in {None, COPIED_FROM}:
        return Unknown("whether the snapshot's volume still stands")
    return Waste(
        saves=ALL,
        because=f"Taken {counted(days, 'day')} ago of {snapshot.volume_id}, which is gone; "
        "no image uses it and no backup service keeps it.",
    )


rule = Rule(
    id="aws_ebs_snapshot_orphaned",
    title="EBS snapshot of a volume that is gone",
    looks_at=Snapshot,
    settings={"orphaned_days": 30},
    action="Make sure that nobody needs the data, then delete the snapshot.",
    docs="https://docs.aws.amazon.com/ebs/latest/userguide/ebs-deleting-snapshot.html",
    judge=judge,
    implementation_effort="Low",
    rollback="Only where a Recycle Bin rule keeps deleted snapshots: restore it from there.",
    hint="aws ec2 delete-snapshot --region {region} --snapshot-id {native_id}",
    needs=(Image, Volume),
)

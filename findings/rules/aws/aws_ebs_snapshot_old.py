"""A snapshot that is months old while its volume lives on is seldom the one that would be restored."""

from __future__ import annotations

from connections.resources import Image, Snapshot, Volume
from findings.rule import ALL, Fine, Rule, Unknown, Verdict, Waste, counted
from findings.traps import backup, machine_image


def judge(snapshot: Snapshot, *, old_days: int) -> Verdict:
    archived = "Archived already: somebody has decided to keep it." * (snapshot.storage_tier == "archive")
    kept = archived or backup.trap.caught(snapshot) or machine_image.trap.caught(snapshot)
    if kept or snapshot.managed_by or snapshot.state != "completed":
        return Fine(kept)
    if snapshot.created_at is None:
        return Unknown("when the snapshot was taken")
    days = (snapshot.observed_at - snapshot.created_at).days
    if days < old_days or snapshot.is_volume_present is False:
        return Fine()
    if snapshot.image_ids is None:
        return Unknown("whether an image stands on the snapshot")
    if snapshot.is_volume_present is None:
        return Unknown("whether the snapshot's volume still stands")
    return Waste(
        saves=ALL,
        because=f"Taken {counted(days, 'day')} ago of {snapshot.volume_id}, which still stands; "
        "no image uses it and no backup service keeps it.",
    )


rule = Rule(
    id="aws_ebs_snapshot_old",
    title="Old EBS snapshot",
    looks_at=Snapshot,
    settings={"old_days": 90},
    action="Make sure that a newer backup exists, then delete the snapshot.",
    docs="https://docs.aws.amazon.com/ebs/latest/userguide/ebs-deleting-snapshot.html",
    judge=judge,
    implementation_effort="Low",
    rollback="Only where a Recycle Bin rule keeps deleted snapshots: restore it from there.",
    hint="aws ec2 delete-snapshot --region {region} --snapshot-id {native_id}",
    needs=(Image, Volume),
)

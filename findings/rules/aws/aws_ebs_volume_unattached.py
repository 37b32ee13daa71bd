"""An EBS volume that no instance has used for a while still costs its full price."""

from __future__ import annotations

from connections.resources import Volume
from findings.rule import ALL, Fine, Rule, Unknown, Verdict, Waste, counted

HOW_WE_KNOW = {
    "audits": "as our own earlier audits saw",
    "metrics": "as the last data point of its usage shows",
    "creation": "which is its age: it was never seen attached",
}


def judge(volume: Volume, *, unattached_days: int) -> Verdict:
    if volume.state != "available" or volume.attached_to:
        return Fine()
    if volume.detached_at is None:
        return Unknown("when the volume was detached")
    days = (volume.observed_at - volume.detached_at).days
    if days < unattached_days:
        return Fine(f"Attached to nothing for {counted(days, 'day')} only.")
    how = HOW_WE_KNOW.get(volume.detached_at_from or "", "by a source that is not named")
    return Waste(saves=ALL, because=f"{volume.size_gib:,} GiB attached to nothing for {counted(days, 'day')}, {how}.")


rule = Rule(
    id="aws_ebs_volume_unattached",
    title="EBS volume attached to nothing",
    looks_at=Volume,
    settings={"unattached_days": 14},
    action="Take a snapshot, then delete the volume.",
    docs="https://docs.aws.amazon.com/ebs/latest/userguide/ebs-deleting-volume.html",
    judge=judge,
    implementation_effort="VeryLow",
    rollback_possible=True,
    rollback="Create a volume from the snapshot.",
    hint="aws ec2 create-snapshot --region {region} --volume-id {native_id}\n"
    "aws ec2 delete-volume --region {region} --volume-id {native_id}",
)

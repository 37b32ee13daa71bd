"""A volume that a running instance holds and hardly ever reads or writes is seldom needed on a disk."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connections.resources import Instance, Volume
from findings.rule import ALL, Fine, Limit, Rule, Unknown, Verdict, Waste, counted, unmeasured
from findings.volume_usage import OPERATIONS, why_held

if TYPE_CHECKING:
    from audits.evidence import Usage


def judge(volume: Volume, *, usage: Usage, idle_days: int, max_operations: int) -> Verdict:
    if volume.state != "in-use" or not volume.attached_to:
        return Fine()
    if volume.attached_states is None or len(volume.attached_states) != len(volume.attached_to):
        return Unknown("the state of the instances that the volume is attached to")
    if held := why_held(volume):
        return Fine(held)
    known = [value for value in usage.total(*OPERATIONS, days=idle_days) if value is not None]
    if any(value > max_operations for value in known):
        return Fine()
    if len(known) < idle_days:
        return unmeasured(volume, since=volume.created_at, days=idle_days, what="reads and writes")
    return Waste(
        saves=ALL,
        because=f"{volume.size_gib:,} GiB on {', '.join(volume.attached_to)}: at most {max(known):,.0f} reads and "
        f"writes on any of the last {counted(idle_days, 'day')}.",
    )


rule = Rule(
    id="aws_ebs_volume_low_usage",
    title="EBS volume that is hardly used",
    looks_at=Volume,
    settings={"idle_days": 30, "max_operations": 100},
    action="Make sure that nothing on its instance needs it, take a snapshot, detach it, then delete it.",
    docs="https://docs.aws.amazon.com/ebs/latest/userguide/ebs-detaching-volume.html",
    judge=judge,
    metrics=OPERATIONS,
    limits=(Limit(title="Reads and writes", metrics=OPERATIONS, setting="max_operations", unit="operations a day"),),
    window_days=30,
    implementation_effort="Medium",
    rollback_possible=True,
    rollback="Create a volume from the snapshot and attach it where it was.",
    hint="aws ec2 create-snapshot --region {region} --volume-id {native_id}\n"
    "aws ec2 detach-volume --region {region} --volume-id {native_id}\n"
    "aws ec2 delete-volume --region {region} --volume-id {native_id}",
    needs=(Instance,),
)

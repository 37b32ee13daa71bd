"""An EBS volume whose instances have all been stopped for long is paid for in full and read by nobody."""

from __future__ import annotations

from connections.resources import Instance, Volume
from findings.rule import ALL, Fine, Rule, Unknown, Verdict, Waste, counted


def judge(volume: Volume, *, stopped_days: int) -> Verdict:
    if not volume.attached_to:
        return Fine()
    if volume.attached_states is None or len(volume.attached_states) != len(volume.attached_to):
        return Unknown("the state of the instances that the volume is attached to")
    if any(state != "stopped" for state in volume.attached_states):
        return Fine()
    if volume.last_stop_at is None:
        return Unknown("since when the instances have been stopped")
    days = (volume.observed_at - volume.last_stop_at).days
    if days < stopped_days:
        return Fine(f"Its instances have been stopped for {counted(days, 'day')} only.")
    names = ", ".join(volume.attached_to)
    return Waste(
        saves=ALL,
        because=f"{volume.size_gib:,} GiB on {counted(len(volume.attached_to), 'instance')} ({names}), "
        f"stopped for {counted(days, 'day')}.",
    )


rule = Rule(
    id="aws_ebs_volume_on_stopped_instance",
    title="EBS volume on a stopped instance",
    looks_at=Volume,
    settings={"stopped_days": 30},
    action="Take a snapshot, detach the volume, then delete it.",
    docs="https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/Stop_Start.html",
    judge=judge,
    implementation_effort="Low",
    rollback_possible=True,
    rollback="Create a volume from the snapshot and attach it before the instance is started again.",
    hint="aws ec2 create-snapshot --region {region} --volume-id {native_id}\n"
    "aws ec2 detach-volume --region {region} --volume-id {native_id}\n"
    "aws ec2 delete-volume --region {region} --volume-id {native_id}",
    needs=(Instance,),
)

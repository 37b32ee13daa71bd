"""A gp3 volume whose busiest minute stays far below the free IOPS pays for more that nothing uses."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from connections.resources import Volume
from findings.rule import BillExpects, Fine, Rule, Share, Unknown, Verdict, Waste, counted, unmeasured
from findings.volume_usage import BUSIEST_OPERATIONS, OPERATIONS, busiest_iops

if TYPE_CHECKING:
    from audits.evidence import Usage

FREE_IOPS, IOPS_PER_MIBPS = 3000, 4  # gp3 wants four IOPS for each MiB/s


def judge(volume: Volume, *, usage: Usage, idle_days: int, peak_percent: float) -> Verdict:
    if volume.volume_type != "gp3" or volume.state != "in-use":
        return Fine()
    if volume.iops is None or volume.throughput_mibps is None:
        return Unknown("how many IOPS and MiB/s the volume has")
    needed = max(FREE_IOPS, IOPS_PER_MIBPS * volume.throughput_mibps)
    if volume.iops <= needed:
        return Fine()
    known = [value for value in busiest_iops(usage, days=idle_days) if value is not None]
    if any(value >= needed * peak_percent / 100 for value in known):
        return Fine()
    if len(known) < idle_days:
        return unmeasured(volume, since=volume.created_at, days=idle_days, what="the busiest minute")
    bought, unused = volume.iops - FREE_IOPS, volume.iops - needed
    return Waste(
        saves=Share(fraction=Decimal(unused) / bought, part_of=("EBS:VolumeP-IOPS.gp3",)),
        because=f"{volume.iops:,} IOPS, where {needed:,} suffice: in the busiest minute of the last "
        f"{counted(idle_days, 'day')} it did at most {max(known):,.0f} operations a second.",
    )


rule = Rule(
    id="aws_ebs_volume_gp3_iops_unused",
    title="EBS gp3 volume with IOPS that nothing uses",
    looks_at=Volume,
    settings={"idle_days": 30, "peak_percent": 25},
    action="Lower the volume's IOPS to what the finding names.",
    docs="https://docs.aws.amazon.com/ebs/latest/userguide/general-purpose.html",
    judge=judge,
    metrics=(*OPERATIONS, *BUSIEST_OPERATIONS),
    window_days=30,
    action_type="Rightsize",
    stage="SHRINK",
    implementation_effort="VeryLow",
    rollback_possible=True,
    rollback="Raise the IOPS again; AWS allows four changes a day, one after the other.",
    hint="aws ec2 modify-volume --region {region} --volume-id {native_id} --iops AS_THE_FINDING_NAMES",
    bill=BillExpects(prices=("EBS:VolumeP-IOPS.gp3",), at_least=Decimal(0), says="so they may have been lowered"),
)

"""A volume with very many provisioned IOPS, of which even its busiest minute needs a small part, pays for the rest."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from connections.resources import Volume
from findings.rule import UNTOLD, Fine, Rule, Share, Unknown, Verdict, Waste, counted, unmeasured
from findings.volume_usage import BUSIEST_BYTES, BUSIEST_OPERATIONS, OPERATIONS, busiest_iops, busiest_mibps

if TYPE_CHECKING:
    from audits.evidence import Usage

LEFT_MIBPS = 500  # what io1 still reaches with 32,000 IOPS and fewer
SHARED = "Several instances may share it: no metric tells what they do in the same minute."


def judge(volume: Volume, *, usage: Usage, idle_days: int, high_iops: int, peak_percent: float) -> Verdict:
    if volume.volume_type not in {"io1", "io2"} or volume.state != "in-use":
        return Fine()
    if volume.iops is None:
        return Unknown("how many IOPS the volume has")
    may_be_shared = volume.is_multi_attach or len(volume.attached_to) > 1
    if volume.iops <= high_iops or may_be_shared:
        return Fine("" if volume.iops <= high_iops else SHARED)
    left = volume.iops // 2
    used = zip(busiest_iops(usage, days=idle_days), busiest_mibps(usage, days=idle_days), strict=True)
    known = [(iops, mibps) for iops, mibps in used if iops is not None and mibps is not None]
    part = peak_percent / 100
    if any(iops >= left * part or mibps >= LEFT_MIBPS * part for iops, mibps in known):
        return Fine()
    if len(known) < idle_days:
        return unmeasured(volume, since=volume.created_at, days=idle_days, what="the busiest minute")
    by_half = Share(fraction=1 - Decimal(left) / volume.iops, part_of=("EBS:VolumeP-IOPS.piops",))
    return Waste(
        saves=by_half if volume.volume_type == "io1" else UNTOLD,
        because=f"{volume.iops:,} provisioned IOPS: in the busiest minute of the last {counted(idle_days, 'day')} it "
        f"did at most {max(iops for iops, _ in known):,.0f} operations a second, so that {left:,} are enough.",
    )


rule = Rule(
    id="aws_ebs_volume_iops_high",
    title="EBS volume with far more IOPS than it uses",
    looks_at=Volume,
    settings={"idle_days": 30, "high_iops": 32000, "peak_percent": 25},
    action="Lower the volume's IOPS by half.",
    docs="https://docs.aws.amazon.com/ebs/latest/userguide/provisioned-iops.html",
    judge=judge,
    metrics=(*OPERATIONS, *BUSIEST_OPERATIONS, *BUSIEST_BYTES),
    window_days=30,
    action_type="Rightsize",
    stage="SHRINK",
    rollback_possible=True,
    rollback="Raise the IOPS again; AWS allows four changes a day, one after the other.",
    hint="aws ec2 modify-volume --region {region} --volume-id {native_id} --iops IOPS",
)

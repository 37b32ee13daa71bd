"""A gp3 volume whose busiest minute stays far below the free throughput pays for more that nothing uses."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from connections.resources import Volume
from findings.rule import BillExpects, Fine, Rule, Share, Unknown, Verdict, Waste, counted, unmeasured
from findings.volume_usage import BUSIEST_BYTES, BUSIEST_OPERATIONS, OPERATIONS, busiest_mibps

if TYPE_CHECKING:
    from audits.evidence import Usage

FREE_MIBPS = 125


def judge(volume: Volume, *, usage: Usage, idle_days: int, peak_percent: float) -> Verdict:
    if volume.volume_type != "gp3" or volume.state != "in-use":
        return Fine()
    if volume.throughput_mibps is None:
        return Unknown("how many MiB/s the volume has")
    if volume.throughput_mibps <= FREE_MIBPS:
        return Fine()
    known = [value for value in busiest_mibps(usage, days=idle_days) if value is not None]
    if any(value >= FREE_MIBPS * peak_percent / 100 for value in known):
        return Fine()
    if len(known) < idle_days:
        return unmeasured(volume, since=volume.created_at, days=idle_days, what="the busiest minute")
    return Waste(
        saves=Share(fraction=Decimal(1), part_of=("EBS:VolumeP-Throughput.gp3",)),
        because=f"{volume.throughput_mibps:,} MiB/s, where the {FREE_MIBPS} that come free suffice: in the busiest "
        f"minute of the last {counted(idle_days, 'day')} it moved at most {max(known):,.1f} MiB a second.",
    )


rule = Rule(
    id="aws_ebs_volume_gp3_throughput_unused",
    title="EBS gp3 volume with throughput that nothing uses",
    looks_at=Volume,
    settings={"idle_days": 30, "peak_percent": 25},
    action="Lower the volume's throughput to the 125 MiB/s that come free.",
    docs="https://docs.aws.amazon.com/ebs/latest/userguide/general-purpose.html",
    judge=judge,
    metrics=(*OPERATIONS, *BUSIEST_OPERATIONS, *BUSIEST_BYTES),
    window_days=30,
    action_type="Rightsize",
    stage="SHRINK",
    implementation_effort="VeryLow",
    rollback_possible=True,
    rollback="Raise the throughput again; AWS allows four changes a day, one after the other.",
    hint="aws ec2 modify-volume --region {region} --volume-id {native_id} --throughput 125",
    bill=BillExpects(prices=("EBS:VolumeP-Throughput.gp3",), at_least=Decimal(0), says="so it may have been lowered"),
)

"""An io1 volume costs a multiple of a gp3 volume that has the same size, IOPS and throughput."""

from __future__ import annotations

import math
from decimal import Decimal

from connections.resources import Volume
from findings.rule import BillExpects, Fine, Rule, Share, Unknown, Verdict, Waste

# What every gp3 volume has, and what io1 reaches: 256 KiB an operation, up to 500 MiB/s as long as it has 32,000 IOPS.
GP3_IOPS, GP3_MIBPS, IO1_MIBPS = 3000, 125, 500


def judge(volume: Volume, *, max_iops: int) -> Verdict:
    if volume.volume_type == "io2":
        return Fine("io2 is chosen for a durability that gp3 does not have.")
    if volume.volume_type != "io1" or volume.state in {"deleting", "deleted"}:
        return Fine()
    if len(volume.attached_to) > 1:
        return Fine("Several instances share it, which gp3 does not allow.")
    if volume.iops is None:
        return Unknown("how many IOPS the volume has")
    if volume.iops > max_iops:
        return Fine()
    mibps = min(IO1_MIBPS, math.ceil(volume.iops * 256 / 1024))
    wanted = (
        ("EBS:VolumeP-IOPS.gp3", max(0, volume.iops - GP3_IOPS)),
        ("EBS:VolumeP-Throughput.gp3", max(0, mibps - GP3_MIBPS)),
    )
    saves = Share(
        from_price="EBS:VolumeUsage.piops",
        to_price="EBS:VolumeUsage.gp3",
        quantity=Decimal(volume.size_gib),
        extras=tuple((name, Decimal(units)) for name, units in wanted if units),
        besides=(("EBS:VolumeP-IOPS.piops", Decimal(volume.iops)),),
    )
    return Waste(
        saves=saves,
        because=f"{volume.size_gib:,} GiB of io1 with {volume.iops:,} IOPS. A gp3 volume with "
        f"{max(GP3_IOPS, volume.iops):,} IOPS and {max(GP3_MIBPS, mibps)} MiB/s does as much; both are priced in.",
    )


rule = Rule(
    id="aws_ebs_volume_io_to_gp3",
    title="EBS volume of type io1 that gp3 can replace",
    looks_at=Volume,
    settings={"max_iops": 16000},
    action="Change the volume's type to gp3, with the IOPS and throughput that the finding names.",
    docs="https://docs.aws.amazon.com/ebs/latest/userguide/general-purpose.html",
    judge=judge,
    action_type="Upgrade",
    stage="PRICE",
    rollback_possible=True,
    rollback="Change the type back to io1 with its IOPS; AWS allows the next change after about six hours.",
    hint="aws ec2 modify-volume --region {region} --volume-id {native_id} --volume-type gp3",
    bill=BillExpects(prices=("EBS:VolumeUsage.piops",), at_least=Decimal(0), says="so its type may have changed"),
)

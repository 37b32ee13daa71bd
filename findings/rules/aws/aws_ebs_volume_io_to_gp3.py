"""An io1 volume costs a multiple of a gp3 volume that has the same size, IOPS and throughput."""

from __future__ import annotations

from decimal import Decimal

from connections.resources import Volume
from findings.gp3 import COMMAND, COMMAND_ADDS, HAS_IOPS, HAS_MIBPS, done_by
from findings.rule import BillExpects, Fine, Rule, Share, Unknown, Verdict, Waste


def judge(volume: Volume, *, max_iops: int) -> Verdict:
    if volume.volume_type == "io2":
        return Fine("io2 is chosen for a durability that gp3 does not have.")
    if volume.volume_type != "io1" or volume.state in {"deleting", "deleted"}:
        return Fine()
    if volume.is_multi_attach or len(volume.attached_to) > 1:
        return Fine("Several instances may share it, which gp3 does not allow.")
    if volume.iops is None:
        return Unknown("how many IOPS the volume has")
    if volume.iops > max_iops:
        return Fine()
    _, mibps = done_by(volume)
    wanted = (
        ("EBS:VolumeP-IOPS.gp3", max(0, volume.iops - HAS_IOPS)),
        ("EBS:VolumeP-Throughput.gp3", max(0, mibps - HAS_MIBPS)),
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
        f"{max(HAS_IOPS, volume.iops):,} IOPS and {max(HAS_MIBPS, mibps)} MiB/s does as much; both are priced in.",
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
    rollback="Change the type back to io1 with its IOPS; AWS allows four changes a day, one after the other.",
    hint=COMMAND,
    hint_adds=COMMAND_ADDS,
    bill=BillExpects(prices=("EBS:VolumeUsage.piops",), at_least=Decimal(0), says="so its type may have changed"),
)

"""A gp2 volume costs more than a gp3 volume of the same size, also when gp3 buys the performance that gp2 brings."""

from __future__ import annotations

from decimal import Decimal

from connections.resources import Volume
from findings.gp3 import COMMAND, COMMAND_ADDS, HAS_IOPS, HAS_MIBPS, done_by
from findings.rule import BillExpects, Fine, Rule, Share, Verdict, Waste


def judge(volume: Volume) -> Verdict:
    if volume.volume_type != "gp2" or volume.state in {"deleting", "deleted"}:
        return Fine()
    iops, mibps = done_by(volume)
    extra_iops, extra_mibps = max(0, iops - HAS_IOPS), max(0, mibps - HAS_MIBPS)
    wanted = (
        ("EBS:VolumeP-IOPS.gp3", extra_iops, "IOPS"),
        ("EBS:VolumeP-Throughput.gp3", extra_mibps, "MiB/s"),
    )
    saves = Share(
        from_price="EBS:VolumeUsage.gp2",
        to_price="EBS:VolumeUsage.gp3",
        quantity=Decimal(volume.size_gib),
        extras=tuple((name, Decimal(units)) for name, units, _ in wanted if units),
    )
    extras = " and ".join(f"{units:,} {unit}" for _, units, unit in wanted if units)
    needs = f"{extras} on top, which are priced in" if extras else "nothing on top"
    return Waste(
        saves=saves,
        because=f"{volume.size_gib:,} GiB of gp2. To sustain its {iops:,} IOPS and {mibps} MiB/s, gp3 needs {needs}.",
    )


rule = Rule(
    id="aws_ebs_volume_gp2_to_gp3",
    title="EBS volume of type gp2",
    looks_at=Volume,
    settings={},
    action="Change the volume's type to gp3, with the extra IOPS and throughput that the finding names.",
    docs="https://docs.aws.amazon.com/ebs/latest/userguide/general-purpose.html",
    judge=judge,
    action_type="Upgrade",
    stage="PRICE",
    implementation_effort="VeryLow",
    rollback_possible=True,
    rollback="Change the type back to gp2; AWS allows four changes a day, one after the other.",
    hint=COMMAND,
    hint_adds=COMMAND_ADDS,
    bill=BillExpects(
        prices=("EBS:VolumeUsage.gp2",), at_least=Decimal(0), says="so its type may have been changed already"
    ),
)

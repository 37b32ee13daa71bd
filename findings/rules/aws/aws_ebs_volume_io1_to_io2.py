"""io2 charges less for each IOPS beyond 32,000, of which io1 charges every one the same."""

from __future__ import annotations

from decimal import Decimal

from connections.resources import Volume
from findings.rule import BillExpects, Fine, Rule, Share, Unknown, Verdict, Waste

# Storage and the first 32,000 IOPS cost the same in both. By AWS' list prices of all regions, those beyond cost
# 0.7 of it, up to the 64,000 that io1 has at most.
SAME_UP_TO, LOWER_BY = 32_000, Decimal("0.3")
IOPS = "EBS:VolumeP-IOPS.piops"


def judge(volume: Volume) -> Verdict:
    if volume.volume_type != "io1" or volume.state in {"deleting", "deleted"}:
        return Fine()
    if volume.is_multi_attach or len(volume.attached_to) > 1:
        return Fine("Several instances may share it, so that AWS does not change its type.")
    if volume.iops is None:
        return Unknown("how many IOPS the volume has")
    beyond = volume.iops - SAME_UP_TO
    if beyond <= 0:
        return Fine("io2 costs the same up to 32,000 IOPS.")
    return Waste(
        saves=Share(fraction=LOWER_BY * beyond / volume.iops, part_of=(IOPS,), is_by_list=True),
        because=f"io1 with {volume.iops:,} IOPS: as io2, which is no slower and more durable, the {beyond:,} beyond "
        "32,000 cost 30 % less.",
    )


rule = Rule(
    id="aws_ebs_volume_io1_to_io2",
    title="EBS volume of type io1 with IOPS that io2 sells for less",
    looks_at=Volume,
    settings={},
    action="Change the volume's type to io2 with the same IOPS.",
    docs="https://docs.aws.amazon.com/ebs/latest/userguide/provisioned-iops.html",
    judge=judge,
    action_type="Upgrade",
    stage="PRICE",
    rollback_possible=True,
    rollback="Change the type back to io1 with its IOPS; AWS allows four changes a day, one after the other.",
    hint="aws ec2 modify-volume --region {region} --volume-id {native_id} --volume-type io2 --iops {iops}",
    bill=BillExpects(prices=(IOPS,), at_least=Decimal(0), says="so its type may have changed"),
)

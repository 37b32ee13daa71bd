"""A volume of type io1 or io2 pays for each of its IOPS every hour; gp3 sells the same number for a fraction."""

from __future__ import annotations

from decimal import Decimal

from audits.billed import BilledResource, cost_of, fraction_of, lacks_quantity, standing
from findings.rule import Fine, Rule, Share, Unknown, Verdict, Waste, counted

STORAGE = ("EBS:VolumeUsage.piops", "EBS:VolumeUsage.io2")
IOPS = ("EBS:VolumeP-IOPS.piops", "EBS:VolumeP-IOPS.io2")
# gp3's prices in those of io1 and io2, which are the same up to 32,000 IOPS: of a GB, of an IOPS, and what the
# throughput beyond gp3's own costs up to io1's most (1,000 MiB/s), in IOPS.
GP3_GB, GP3_IOPS, THROUGHPUT_IOPS = Decimal("0.65"), Decimal("0.08"), 550
FREE_IOPS, MOST_A_GB = 3000, 500  # io2 has up to 1,000 IOPS a GB


def judge(resource: BilledResource, *, window_days: int, max_iops: int, min_times_storage: float) -> Verdict:
    iops_lines = resource.lines(*IOPS, days=window_days) if resource.cloud == "aws" else ()
    if not iops_lines:
        return Fine()
    if resource.known_days < window_days:
        return Unknown(f"{counted(window_days, 'complete day')} of its bill")
    storage = resource.lines(*STORAGE, days=window_days)
    if lacks_quantity((*iops_lines, *storage)):
        return Unknown("how many IOPS and how many GB each day was charged for")
    most = min(Decimal(max_iops), max(Decimal(FREE_IOPS), standing(storage, days=window_days) * MOST_A_GB))
    stored = cost_of(storage)
    paid, iops = cost_of(iops_lines), standing(iops_lines, days=window_days)
    is_whole = iops > 0 and all(cost > 0 for cost in resource.cost_by_day(iops_lines, days=window_days))
    if not is_whole or stored <= 0 or paid < stored * Decimal(str(min_times_storage)) or iops > most:
        return Fine()
    left_iops = GP3_IOPS * max(Decimal(0), iops - FREE_IOPS) + THROUGHPUT_IOPS
    saved = stored * (1 - GP3_GB) + paid * (1 - left_iops / iops)
    if saved <= 0:
        return Fine()
    return Waste(
        saves=Share(fraction=fraction_of(saved, resource.lines(days=window_days))),
        because=f"Its {iops:,.0f} provisioned IOPS cost {paid:,.2f} {iops_lines[0].billing_currency} in the last "
        f"{counted(window_days, 'day')}, its storage {stored:,.2f}; gp3 with as many IOPS and 1,000 MiB/s costs "
        f"{saved * 100 / (stored + paid):.0f} % less.",
    )


rule = Rule(
    id="bill_provisioned_iops",
    title="Volume whose provisioned IOPS cost more than its storage",
    looks_at=BilledResource,
    settings={"window_days": 7, "max_iops": 16000, "min_times_storage": 1},
    action="Change its type to gp3 with as many IOPS as it needs, or lower its IOPS.",
    action_type="Rightsize",
    stage="SHRINK",
    docs="https://docs.aws.amazon.com/ebs/latest/userguide/provisioned-iops.html",
    judge=judge,
    rollback="Change the type and the IOPS back.",
    assumes="that gp3 and the old type keep the ratio of their list prices",
    told_by=("aws_ebs_volume_iops_high",),
    access_adds="how many IOPS it uses at most, and which latency and durability its instance needs",
)

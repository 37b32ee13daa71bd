"""A volume of an older type costs more than gp3 does, also when gp3 buys the performance that the older one brings."""

from __future__ import annotations

import math
from decimal import Decimal

from audits.billed import BilledResource, cost_of, fraction_of, lacks_quantity, meter_of, standing
from findings.rule import Fine, Rule, Share, Unknown, Verdict, Waste, counted

GP2, MAGNETIC, REQUESTS = "EBS:VolumeUsage.gp2", "EBS:VolumeUsage", "EBS:VolumeIOUsage"
# gp3's prices in those of a GB of gp2, the dearest regions rounded up, and in those of a GB of a magnetic volume.
GP3_GB, GP3_IOPS, GP3_MIBPS, GP3_GB_OF_MAGNETIC = Decimal("0.8"), Decimal("0.051"), Decimal("0.41"), Decimal("1.65")
FREE_IOPS, FREE_MIBPS, MAX_IOPS, MAX_MIBPS = 3000, 125, 16_000, 250


def judge(resource: BilledResource, *, window_days: int, min_saved_percent: int) -> Verdict:
    usage = resource.lines(days=window_days) if resource.cloud == "aws" else ()
    gp2 = [line for line in usage if meter_of(line) == GP2]
    magnetic = [line for line in usage if meter_of(line) == MAGNETIC]
    old = gp2 or magnetic
    if not old or any(meter_of(line).startswith(MAGNETIC) for line in usage if line not in old):
        return Fine()  # none of these types, or it was changed within the window
    if resource.known_days < window_days:
        return Unknown(f"{counted(window_days, 'complete day')} of its bill")
    if lacks_quantity(old):
        return Unknown("its size on each day")
    size = standing(old, days=window_days)
    if not all(cost > 0 for cost in resource.cost_by_day(old, days=window_days)) or not size:
        return Fine()
    concerned = [*old, *(line for line in usage if meter_of(line) == REQUESTS)] if magnetic else old
    left = _left_of_gp2(size) if gp2 else cost_of(magnetic) * GP3_GB_OF_MAGNETIC / cost_of(concerned)
    fraction = fraction_of((1 - left) * cost_of(concerned), usage)
    if fraction * 100 < min_saved_percent:
        return Fine()
    return Waste(
        saves=Share(fraction=fraction),
        because=f"{size:,.0f} GB of {'gp2' if gp2 else 'magnetic storage'} cost {cost_of(concerned):,.2f} "
        f"{old[0].billing_currency} in the last {counted(window_days, 'day')}; gp3 with the same performance costs "
        f"{(1 - left) * 100:.0f} % less.",
    )


def _left_of_gp2(size: Decimal) -> Decimal:
    """What gp3 costs of it. gp2 has 3 IOPS a GB, each of up to 256 KiB."""
    iops = min(MAX_IOPS, max(100, 3 * math.ceil(size)))
    mibps = min(MAX_MIBPS, math.ceil(iops / 4))
    extras = GP3_IOPS * max(0, iops - FREE_IOPS) + GP3_MIBPS * max(0, mibps - FREE_MIBPS)
    return GP3_GB + extras / size


rule = Rule(
    id="bill_disk_previous_type",
    title="Volume of a previous type",
    looks_at=BilledResource,
    settings={"window_days": 7, "min_saved_percent": 3},
    action="Change its type to gp3, with as many IOPS and MiB/s as it has now.",
    action_type="Upgrade",
    stage="PRICE",
    docs="https://docs.aws.amazon.com/ebs/latest/userguide/general-purpose.html",
    judge=judge,
    rollback="Change the type back.",
    assumes="that gp3 and the old type keep the ratio of their list prices",
    told_by=("aws_ebs_volume_gp2_to_gp3",),
    access_adds="its size, its IOPS and how much of them it uses",
)

"""Reserved capacity is charged as if a machine ran in it, also while none does."""

from __future__ import annotations

from decimal import Decimal

from audits.billed import BilledResource, part_of, quantity_of
from findings.rule import Fine, Rule, Share, Unknown, Verdict, Waste, counted

UNUSED = ("UnusedBox:", "UnusedDed:")


def judge(resource: BilledResource, *, window_days: int, min_hours_a_day: float) -> Verdict:
    everything = resource.lines(days=window_days)
    if resource.cloud == "aws":
        unused = resource.lines(*UNUSED, days=window_days)
    else:  # on Azure a reservation is itself charged for what of it no machine uses; Google tells by a label only
        is_reservation = resource.cloud == "azure" and "/capacityreservations/" in resource.resource_id.lower()
        unused = everything if is_reservation else ()
    if not unused:
        return Fine()
    if missing := resource.lacks(unused, days=window_days):
        return Unknown(missing)
    hours, least = quantity_of(unused), min(resource.by_day(unused, days=window_days))
    part = part_of(unused, everything)
    if least < Decimal(str(min_hours_a_day)) or not part:
        return Fine()
    return Waste(
        saves=Share(fraction=part * least * window_days / hours),
        because=f"Charged for {hours:,.0f} unused instance hours in the last {counted(window_days, 'day')}, "
        f"{least:,.0f} or more on each of them.",
    )


rule = Rule(
    id="bill_capacity_reservation_unused",
    title="Capacity reservation that is not used",
    looks_at=BilledResource,
    settings={"window_days": 14, "min_hours_a_day": 23},
    action="Lower its count to what was used, or cancel it.",
    action_type="Rightsize",
    stage="SHRINK",
    docs="https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-capacity-reservations.html",
    judge=judge,
    rollback="Reserve again: the capacity may not be there then.",
    told_by=("aws_ec2_capacity_reservation_unused",),
    access_adds="its count, its end, who may use it, and its use hour by hour",
)

"""Capacity that is reserved and not used is charged as if a machine ran."""

from __future__ import annotations

from audits.billed import BilledResource, cost_of, quantity_of
from findings.rule import Fine, Rule, Share, Unknown, Verdict, Waste, counted

UNUSED = ("UnusedBox", "UnusedDed", "ReservationUnused")


def judge(resource: BilledResource, *, window_days: int, unused_days: int) -> Verdict:
    unused = resource.lines(*UNUSED, days=window_days)
    if resource.cloud != "aws" or not unused:
        return Fine()
    if resource.known_days < window_days:
        return Unknown(f"{counted(window_days, 'complete day')} of its bill")
    days = sum(hours > 0 for hours in resource.by_day(unused, days=window_days))
    if days < unused_days:
        return Fine()
    cost, whole = cost_of(unused), cost_of(resource.lines(days=window_days))
    if cost <= 0:
        return Fine("What it costs is paid by a commitment or nothing.")
    return Waste(
        saves=Share(fraction=cost / whole),
        because=f"{quantity_of(unused):,.0f} hours of it were not used, on {days} of the last "
        f"{counted(window_days, 'day')}: {cost:,.2f} {unused[0].billing_currency}.",
    )


rule = Rule(
    id="bill_capacity_reservation_unused",
    title="Reserved capacity that is not used",
    looks_at=BilledResource,
    settings={"window_days": 14, "unused_days": 7},
    action="Shrink the reservation to what runs in it, or cancel it.",
    action_type="ScaleIn",
    stage="SHRINK",
    rollback_possible=False,
    docs="https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-capacity-reservations.html",
    judge=judge,
    rollback="Reserve it again, if the zone still has the capacity.",
    access_adds="the reservation's end, who shares it and how full it was by the hour",
)

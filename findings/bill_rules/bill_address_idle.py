"""A public address that nothing uses is charged by the hour."""

from __future__ import annotations

from decimal import Decimal

from audits.billed import BilledResource, in_plain_units, part_of, quantity_of
from findings.rule import Fine, Rule, Share, Unknown, Verdict, Waste, counted

# Azure charges an address the same, used or not: its bill does not tell.
IDLE = {"aws": ("PublicIPv4:IdleAddress", "ElasticIP:IdleAddress"), "gcp": ("Static Ip Charge", "Static IP Charge")}


def judge(resource: BilledResource, *, window_days: int, min_hours_a_day: float) -> Verdict:
    idle = in_plain_units(resource.lines(*IDLE.get(resource.cloud, ("-",)), days=window_days))
    if not idle:
        return Fine()
    if missing := resource.lacks(idle, days=window_days):
        return Unknown(missing)
    least = min(resource.by_day(idle, days=window_days))
    part = part_of(idle, resource.lines(days=window_days))
    if least < Decimal(str(min_hours_a_day)) or not part:
        return Fine()
    return Waste(
        saves=Share(fraction=part),
        because=f"Charged as used by nothing for {quantity_of(idle):,.0f} hours in the last "
        f"{counted(window_days, 'day')}, {least:,.0f} or more on each of them.",
    )


rule = Rule(
    id="bill_address_idle",
    title="Public address that nothing uses",
    looks_at=BilledResource,
    settings={"window_days": 7, "min_hours_a_day": 23},
    action="Check that no DNS record or firewall elsewhere names it, then release it.",
    docs="https://docs.aws.amazon.com/vpc/latest/userguide/vpc-billing-usage-reports.html",
    judge=judge,
    implementation_effort="VeryLow",
    rollback="Allocate a new address: the released one is seldom to be had again.",
    told_by=("aws_vpc_address_unassociated", "aws_vpc_public_address_unneeded"),
    access_adds="the address itself, what it belonged to and since when it is free",
)

"""Bytes between two zones of one region are charged; between two machines of one zone they are not."""

from __future__ import annotations

from decimal import Decimal

from audits.billed import MONTH_DAYS, BilledResource, cost_of, in_plain_units, part_of, quantity_of
from findings.rule import Fine, Rule, Share, Unknown, Verdict, Waste, counted

# Azure does not charge for bytes between zones.
BETWEEN_ZONES = {
    "aws": ("DataTransfer-Regional-Bytes",),
    "gcp": ("Network Inter Zone Data Transfer Out", "Network Inter Zone Egress"),
}


def judge(
    resource: BilledResource, *, window_days: int, min_percent: int, min_cost_a_month: float, avoidable_percent: int
) -> Verdict:
    moved = in_plain_units(resource.lines(*BETWEEN_ZONES.get(resource.cloud, ("-",)), days=window_days))
    if not moved:
        return Fine()
    if missing := resource.lacks(moved, days=window_days):
        return Unknown(missing)
    everything = resource.lines(days=window_days)
    cost, part = cost_of(moved), part_of(moved, everything)
    if part * 100 < min_percent or cost * MONTH_DAYS / window_days < Decimal(str(min_cost_a_month)):
        return Fine()
    return Waste(
        saves=Share(fraction=part * avoidable_percent / 100),
        because=f"{cost:,.2f} of {cost_of(everything):,.2f} {moved[0].billing_currency} ({part * 100:.0f} %) of the "
        f"last {counted(window_days, 'day')} paid for {quantity_of(moved):,.0f} GB between zones; "
        f"{avoidable_percent} % of that is taken as avoidable.",
    )


rule = Rule(
    id="bill_cross_zone_transfer",
    title="Much of its cost is traffic between zones",
    looks_at=BilledResource,
    settings={"window_days": 14, "min_percent": 25, "min_cost_a_month": 50, "avoidable_percent": 30},
    action="Let callers prefer what runs in their own zone (zone-aware routing, one gateway and one replica to read "
    "from in each zone), and compress what must cross.",
    action_type="Rightsize",
    stage="SHRINK",
    implementation_effort="High",
    docs="https://aws.amazon.com/ec2/pricing/on-demand/",
    judge=judge,
    rollback="Turn zone-aware routing off again.",
    assumes="that three tenths of such traffic can stay in its zone",
    access_adds="which machines talk to which, from the flow logs, and so how much of it need not cross zones",
)

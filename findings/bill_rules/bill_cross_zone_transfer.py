"""Traffic between zones is charged at both ends, and much of it could stay in one."""

from __future__ import annotations

from audits.billed import BilledResource, cost_of
from findings.rule import UNTOLD, Fine, Rule, Unknown, Verdict, Waste, counted

BETWEEN = {
    "aws": ("DataTransfer-Regional-Bytes", "DataTransfer-xAZ"),
    "azure": ("Inter-Availability Zone", "Intra-Region"),
    "gcp": ("Network Inter Zone", "Network Intra Zone"),
}


def judge(resource: BilledResource, *, window_days: int, min_cost: float, min_percent: int) -> Verdict:
    between = resource.lines(*BETWEEN.get(resource.cloud, ("-",)), days=window_days)
    if not between:
        return Fine()
    if resource.known_days < window_days:
        return Unknown(f"{counted(window_days, 'complete day')} of its bill")
    cost, whole = cost_of(between), cost_of(resource.lines(days=window_days))
    if cost < min_cost or cost * 100 < whole * min_percent:
        return Fine()
    return Waste(
        saves=UNTOLD,
        because=f"Traffic between zones is {cost:,.2f} of {whole:,.2f} {between[0].billing_currency} that it cost in "
        f"the last {counted(window_days, 'day')} ({cost * 100 / whole:.0f} %).",
    )


rule = Rule(
    id="bill_cross_zone_transfer",
    title="Traffic between zones is much of its cost",
    looks_at=BilledResource,
    settings={"window_days": 30, "min_cost": 50, "min_percent": 30},
    action="Let callers prefer the copy in their own zone, and put what talks most into one.",
    action_type="Upgrade",
    stage="PRICE",
    implementation_effort="Medium",
    rollback_possible=True,
    docs="https://docs.aws.amazon.com/cur/latest/userguide/cur-data-transfers-charges.html",
    judge=judge,
    rollback="Spread the callers over all zones again.",
    access_adds="which peers it talks to, from flow logs",
)

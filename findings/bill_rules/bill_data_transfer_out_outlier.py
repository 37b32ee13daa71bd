"""A resource whose traffic to the internet costs more than the resource itself is worth a look."""

from __future__ import annotations

from audits.billed import BilledResource, cost_of
from findings.rule import UNTOLD, Fine, Rule, Unknown, Verdict, Waste, counted

OUT = {
    "aws": ("DataTransfer-Out-Bytes",),
    "azure": ("Standard Data Transfer Out", "Data Transfer Out"),
    "gcp": ("Network Internet Data Transfer Out", "Network Internet Egress"),
}

# What they are for is to send out.
CACHES = frozenset({"Amazon CloudFront", "Azure Front Door Service", "Content Delivery Network", "Cloud CDN"})


def judge(resource: BilledResource, *, window_days: int, min_cost: float, min_percent: int) -> Verdict:
    out = resource.lines(*OUT.get(resource.cloud, ("-",)), days=window_days)
    if not out:
        return Fine()
    if any(line.service_name in CACHES for line in out):
        return Fine("It is the cache that others are told to put before them.")
    if resource.known_days < window_days:
        return Unknown(f"{counted(window_days, 'complete day')} of its bill")
    charged = (line for line in resource.lines(days=window_days) if line.effective_cost > 0)  # discounts are none
    cost, whole = cost_of(out), cost_of(charged)
    if cost < min_cost or cost * 100 < whole * min_percent:
        return Fine()
    return Waste(
        saves=UNTOLD,
        because=f"Traffic to the internet is {cost:,.2f} of {whole:,.2f} {out[0].billing_currency} that it cost in the "
        f"last {counted(window_days, 'day')} ({cost * 100 / whole:.0f} %).",
    )


rule = Rule(
    id="bill_data_transfer_out_outlier",
    title="Traffic to the internet outweighs the resource",
    looks_at=BilledResource,
    settings={"window_days": 30, "min_cost": 100, "min_percent": 50},
    action="Serve what is asked for again and again from a cache near its readers, compress it, and look who reads it.",
    action_type="Upgrade",
    stage="PRICE",
    implementation_effort="Medium",
    rollback_possible=True,
    docs="https://docs.aws.amazon.com/cur/latest/userguide/cur-data-transfers-charges.html",
    judge=judge,
    rollback="Point its name back to the resource.",
    access_adds="who reads what of it, from its access logs",
)

"""Bytes through a NAT gateway cost several times its hours: often they go to the provider's own storage."""

from __future__ import annotations

from audits.billed import BilledResource, cost_of, quantity_of
from findings.rule import UNTOLD, Fine, Rule, Unknown, Verdict, Waste, counted

HOURS = {"aws": ("NatGateway-Hours",), "gcp": ("Networking Cloud Nat Gateway Uptime",)}
BYTES = {"aws": ("NatGateway-Bytes",), "gcp": ("Networking Cloud Nat Data Processing",)}


def judge(resource: BilledResource, *, window_days: int, min_cost: float, min_factor: float) -> Verdict:
    passed = resource.lines(*BYTES.get(resource.cloud, ("-",)), days=window_days)
    if not passed:
        return Fine()
    if resource.known_days < window_days:
        return Unknown(f"{counted(window_days, 'complete day')} of its bill")
    cost, hours = cost_of(passed), cost_of(resource.lines(*HOURS[resource.cloud], days=window_days))
    if cost < min_cost or float(cost) < float(hours) * min_factor:
        return Fine()
    return Waste(
        saves=UNTOLD,
        because=f"{quantity_of(passed):,.0f} GB passed it in the last {counted(window_days, 'day')}: {cost:,.2f} "
        f"{passed[0].billing_currency} for the bytes beside {hours:,.2f} for its hours.",
    )


rule = Rule(
    id="bill_nat_bytes_outweigh",
    title="NAT gateway whose bytes outweigh its hours",
    looks_at=BilledResource,
    settings={"window_days": 30, "min_cost": 100, "min_factor": 3},
    action="Give storage and other services of the provider an endpoint of their own, so that their bytes pass by it.",
    action_type="Upgrade",
    stage="PRICE",
    implementation_effort="Medium",
    rollback_possible=True,
    docs="https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-endpoints-s3.html",
    judge=judge,
    rollback="Delete the endpoint; the bytes pass the gateway again.",
    access_adds="where the bytes go, from flow logs, and which endpoints there are",
)

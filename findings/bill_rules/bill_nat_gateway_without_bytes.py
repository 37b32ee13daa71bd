"""A NAT gateway is charged by the hour, whether or not bytes pass it."""

from __future__ import annotations

from audits.billed import BilledResource, in_plain_units, quantity_of
from findings.rule import ALL, Fine, Rule, Unknown, Verdict, Waste, counted

HOURS = {"aws": ("NatGateway-Hours",), "azure": ("Standard Gateway",), "gcp": ("Networking Cloud Nat Gateway Uptime",)}
BYTES = {
    "aws": ("NatGateway-Bytes",),
    "azure": ("Standard Data Processed",),
    "gcp": ("Networking Cloud Nat Data Processing",),
}


def judge(resource: BilledResource, *, window_days: int, max_gb: float) -> Verdict:
    is_gateway = resource.cloud != "azure" or "/natgateways/" in resource.resource_id.lower()
    hours = in_plain_units(resource.lines(*HOURS.get(resource.cloud, ("-",)), days=window_days))
    if not hours or not is_gateway:
        return Fine()
    passed = in_plain_units(resource.lines(*BYTES[resource.cloud], days=window_days))
    if missing := resource.lacks((*hours, *passed), days=window_days):
        return Unknown(missing)
    if not all(resource.by_day(hours, days=window_days)) or quantity_of(passed) > max_gb:
        return Fine()
    return Waste(
        saves=ALL,
        because=f"Charged for {quantity_of(hours):,.0f} hours and {quantity_of(passed):,.3f} GB in the last "
        f"{counted(window_days, 'day')}.",
    )


rule = Rule(
    id="bill_nat_gateway_without_bytes",
    title="NAT gateway with hours but no bytes",
    looks_at=BilledResource,
    settings={"window_days": 14, "max_gb": 0.01},
    action="Remove its routes, then delete the gateway and release its address.",
    docs="https://docs.aws.amazon.com/vpc/latest/userguide/nat-gateway-working-with.html",
    judge=judge,
    rollback="Make a new gateway and restore the routes.",
    told_by=("aws_vpc_nat_gateway_idle",),
    access_adds="its routes, and its traffic day by day beyond what is billed",
)

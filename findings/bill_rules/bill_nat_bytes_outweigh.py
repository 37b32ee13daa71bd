"""What a NAT gateway takes for each GB is not taken where a provider's service is reached by an endpoint."""

from __future__ import annotations

from audits.billed import BilledResource, cost_of, part_of, quantity_of
from findings.rule import Fine, Rule, Share, Unknown, Verdict, Waste, counted

# Google: where Cloud NAT serves a subnet, its own services are reached past it already.
HOURS = {"aws": ("NatGateway-Hours",), "azure": ("Standard Gateway",)}
BYTES = {"aws": ("NatGateway-Bytes",), "azure": ("Standard Data Processed",)}


def judge(
    resource: BilledResource, *, window_days: int, min_gb: float, min_times_hours: float, avoidable_percent: int
) -> Verdict:
    is_gateway = resource.cloud != "azure" or "/natgateways/" in resource.resource_id.lower()
    processed = resource.lines(*BYTES.get(resource.cloud, ("-",)), days=window_days)
    if not processed or not is_gateway:
        return Fine()
    if missing := resource.lacks(processed, days=window_days):
        return Unknown(missing)
    gb, cost = quantity_of(processed), cost_of(processed)
    hours = cost_of(resource.lines(*HOURS[resource.cloud], days=window_days))
    if gb < min_gb or hours <= 0 or cost / hours < min_times_hours:
        return Fine()
    return Waste(
        saves=Share(fraction=part_of(processed, resource.lines(days=window_days)) * avoidable_percent / 100),
        because=f"{gb:,.0f} GB were processed for {cost:,.2f} {processed[0].billing_currency} in the last "
        f"{counted(window_days, 'day')}, {cost / hours:.1f} times the cost of its hours; {avoidable_percent} % of that "
        "is taken as avoidable.",
    )


rule = Rule(
    id="bill_nat_bytes_outweigh",
    title="NAT gateway whose bytes cost much more than its hours",
    looks_at=BilledResource,
    settings={"window_days": 14, "min_gb": 1000, "min_times_hours": 3, "avoidable_percent": 20},
    action="Find the destination with the most bytes in the flow logs; reach storage by a gateway or service endpoint "
    "(free), and other services by a private endpoint where its hours cost less than the bytes.",
    action_type="Rightsize",
    stage="SHRINK",
    implementation_effort="Medium",
    docs="https://docs.aws.amazon.com/vpc/latest/userguide/nat-gateway-pricing.html",
    judge=judge,
    rollback="Delete the endpoint: the traffic takes the gateway again.",
    assumes="that a fifth of the bytes can take an endpoint",
    access_adds="the endpoints that there are, and from the flow logs where the bytes go",
)

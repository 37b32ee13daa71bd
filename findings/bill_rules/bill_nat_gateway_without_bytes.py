"""A NAT gateway is charged by the hour, whether or not bytes pass it."""

from __future__ import annotations

from audits.billed import BilledResource
from findings.hours_without_bytes import Meters, judge_hours
from findings.rule import Rule, Verdict

METERS = Meters(
    hours={
        "aws": ("NatGateway-Hours",),
        "azure": ("Standard Gateway", "Gateway"),
        "gcp": ("Networking Cloud Nat Gateway Uptime", "Cloud Nat Gateway Uptime"),
    },
    passed={
        "aws": ("NatGateway-Bytes",),
        "azure": ("Standard Data Processed", "Data Processed"),
        "gcp": ("Networking Cloud Nat Data Processing", "Cloud Nat Data Processing"),
    },
    in_id={"azure": "/natgateways/"},
)


def judge(resource: BilledResource, *, window_days: int, max_gb: float) -> Verdict:
    return judge_hours(resource, METERS, window_days=window_days, max_gb=max_gb)


rule = Rule(
    id="bill_nat_gateway_without_bytes",
    title="NAT gateway with hours but no bytes",
    looks_at=BilledResource,
    settings={"window_days": 14, "max_gb": 0.01},
    action="Remove its routes, then delete the gateway and release its address.",
    implementation_effort="Low",
    docs="https://docs.aws.amazon.com/vpc/latest/userguide/nat-gateway-working-with.html",
    judge=judge,
    rollback="Make a new gateway and restore the routes.",
    access_adds="its routes, and its traffic day by day beyond what is billed",
)

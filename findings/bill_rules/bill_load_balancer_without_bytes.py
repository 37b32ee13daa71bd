"""A load balancer is charged by the hour, whether or not anybody comes."""

from __future__ import annotations

from audits.billed import BilledResource
from findings.hours_without_bytes import Meters, judge_hours
from findings.rule import Rule, Verdict

METERS = Meters(
    hours={
        "aws": ("LoadBalancerUsage", "GatewayLoadBalancerUsage"),
        "azure": ("Standard Included LB Rules", "Standard Fixed Cost", "Basic Gateway", "Medium Gateway"),
        "gcp": ("Network Load Balancing: Forwarding Rule Minimum", "Cloud Load Balancer Forwarding Rule Minimum"),
    },
    passed={
        "aws": ("LCUUsage", "DataProcessing-Bytes", "GatewayLCUUsage"),
        "azure": ("Standard Data Processed", "Standard Capacity Units", "Data Processed"),
        "gcp": ("Network Load Balancing: Data Processing", "Cloud Load Balancer Inbound", "Load Balancing Data"),
    },
)


def judge(resource: BilledResource, *, window_days: int, max_gb: float) -> Verdict:
    return judge_hours(resource, METERS, window_days=window_days, max_gb=max_gb)


rule = Rule(
    id="bill_load_balancer_without_bytes",
    title="Load balancer with hours but nothing processed",
    looks_at=BilledResource,
    settings={"window_days": 14, "max_gb": 0.01},
    action="Look whether a name still points to it, then delete it with its listeners and target groups.",
    implementation_effort="Low",
    docs="https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-delete.html",
    judge=judge,
    rollback="Make it again and point the name to its new address.",
    access_adds="its targets and listeners, and the requests that it saw",
)

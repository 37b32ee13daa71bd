"""A private endpoint is charged by the hour in each zone, whether or not anything uses it."""

from __future__ import annotations

from audits.billed import BilledResource
from findings.hours_without_bytes import Meters, judge_hours
from findings.rule import Rule, Verdict

METERS = Meters(
    hours={
        "aws": ("VpcEndpoint-Hours",),
        "azure": ("Standard Private Endpoint",),
        "gcp": ("Network Private Service Connect Consumer Endpoint", "Private Service Connect Consumer Endpoint"),
    },
    passed={
        "aws": ("VpcEndpoint-Bytes",),
        "azure": ("Standard Data Processed", "Data Processed"),
        "gcp": ("Network Private Service Connect Consumer Data", "Private Service Connect Consumer Data"),
    },
    in_id={"azure": "/privateendpoints/"},
)


def judge(resource: BilledResource, *, window_days: int, max_gb: float) -> Verdict:
    return judge_hours(resource, METERS, window_days=window_days, max_gb=max_gb)


rule = Rule(
    id="bill_endpoint_without_bytes",
    title="Private endpoint with hours but no bytes",
    looks_at=BilledResource,
    settings={"window_days": 14, "max_gb": 0.01},
    action="Delete the endpoint once nothing resolves its private name.",
    implementation_effort="Low",
    docs="https://docs.aws.amazon.com/vpc/latest/privatelink/delete-interface-endpoint.html",
    judge=judge,
    rollback="Make it again with the same private name.",
    access_adds="which service it leads to, and who may use it",
)

"""An attachment to a transit gateway is charged by the hour, whether or not anything passes it."""

from __future__ import annotations

from audits.billed import BilledResource
from findings.hours_without_bytes import Meters, judge_hours
from findings.rule import Rule, Verdict

METERS = Meters(
    hours={"aws": ("TransitGateway-Hours",)},
    passed={"aws": ("TransitGateway-Bytes",)},
)


def judge(resource: BilledResource, *, window_days: int, max_gb: float) -> Verdict:
    return judge_hours(resource, METERS, window_days=window_days, max_gb=max_gb)


rule = Rule(
    id="bill_transit_attachment_without_bytes",
    title="Transit gateway attachment with hours but no bytes",
    looks_at=BilledResource,
    settings={"window_days": 30, "max_gb": 0.01},
    action="Look which network it joins, then delete the attachment.",
    implementation_effort="Low",
    docs="https://docs.aws.amazon.com/vpc/latest/tgw/tgw-vpc-attachments.html",
    judge=judge,
    rollback="Attach the network again and restore its routes.",
    access_adds="its routes, and which network it joins",
)

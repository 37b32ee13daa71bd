"""A transit gateway's attachment is charged by the hour, whether or not bytes pass it."""

from __future__ import annotations

from audits.billed import BilledResource
from findings.rule import Rule, Verdict
from findings.stopped_bytes import judge_stopped

HOURS = {"aws": ("TransitGateway-Hours",)}
# A peering is never charged for bytes, and a metering policy may charge another account: then it cannot be told.
BYTES = ("TransitGateway-Bytes", "TGW-Multicast-Consumer-Bytes")


def judge(resource: BilledResource, *, window_days: int, max_gb: float) -> Verdict:
    hours = HOURS.get(resource.cloud, ())
    return judge_stopped(resource, hours=hours, passing=BYTES, window_days=window_days, max_gb=max_gb)


rule = Rule(
    id="bill_transit_attachment_without_bytes",
    title="Transit gateway attachment with hours but no more bytes",
    looks_at=BilledResource,
    settings={"window_days": 14, "max_gb": 0.01},
    action="Remove the routes that lead over it, wait a day, then delete the attachment.",
    docs="https://aws.amazon.com/transit-gateway/pricing/",
    judge=judge,
    rollback="Attach the network again and restore the routes.",
    told_by=("aws_vpc_transit_attachment_idle",),
    access_adds="what it attaches, its routes, and the bytes it receives, which are not charged to it",
)

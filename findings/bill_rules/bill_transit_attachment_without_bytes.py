"""A transit gateway's attachment is charged by the hour, whether or not bytes pass it."""

from __future__ import annotations

from audits.billed import BilledResource, quantity_of
from findings.rule import ALL, Fine, Rule, Unknown, Verdict, Waste, counted

HOURS = {"aws": ("TransitGateway-Hours",)}
BYTES = ("TransitGateway-Bytes", "TGW-Multicast-Consumer-Bytes")


def judge(resource: BilledResource, *, window_days: int, max_gb: float) -> Verdict:
    hours = resource.lines(*HOURS.get(resource.cloud, ("-",)), days=window_days)
    if not hours:
        return Fine()
    ever = resource.lines(*BYTES)
    if missing := resource.lacks((*hours, *ever), days=window_days):
        return Unknown(missing)
    passed = sum(resource.by_day(ever, days=window_days))
    if not all(resource.by_day(hours, days=window_days)) or passed > max_gb:
        return Fine()
    before = quantity_of(ever) - passed
    if before <= max_gb:  # a peering is never charged for bytes, and a metering policy may charge another account
        return Unknown("any charge for bytes under its own name")
    return Waste(
        saves=ALL,
        because=f"Charged for {quantity_of(hours):,.0f} hours and {passed:,.3f} GB in the last "
        f"{counted(window_days, 'day')}, after {before:,.2f} GB before them on the same bill.",
    )


rule = Rule(
    id="bill_transit_attachment_without_bytes",
    title="Transit gateway attachment with hours but no more bytes",
    looks_at=BilledResource,
    settings={"window_days": 14, "max_gb": 0.01},
    action="Remove the routes that lead over it, wait a day, then delete the attachment.",
    docs="https://aws.amazon.com/transit-gateway/pricing/",
    judge=judge,
    rollback="Attach the network again and restore the routes.",
    access_adds="what it attaches, its routes, and the bytes it receives, which are not charged to it",
)

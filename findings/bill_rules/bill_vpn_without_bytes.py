"""A VPN connection is charged by the hour, whether or not bytes pass it."""

from __future__ import annotations

from audits.billed import BilledResource, quantity_of
from findings.rule import ALL, Fine, Rule, Unknown, Verdict, Waste, counted

# AWS only: on an Azure or Google bill a gateway's hours and its traffic are not surely under one resource.
HOURS = {"aws": ("VPN-Usage-Hours",)}
BYTES = ("DataTransfer-",)


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
    if before <= max_gb:  # its traffic may be charged elsewhere: to a transit gateway's attachment, or not at all
        return Unknown("any charge for bytes under its own name")
    return Waste(
        saves=ALL,
        because=f"Charged for {quantity_of(hours):,.0f} hours and {passed:,.3f} GB in the last "
        f"{counted(window_days, 'day')}, after {before:,.2f} GB before them on the same bill.",
    )


rule = Rule(
    id="bill_vpn_without_bytes",
    title="VPN connection with hours but no more bytes",
    looks_at=BilledResource,
    settings={"window_days": 14, "max_gb": 0.01},
    action="Ask who runs the other end, then delete the connection, its customer gateway and its routes.",
    docs="https://docs.aws.amazon.com/vpn/latest/s2svpn/VPC_VPN.html",
    judge=judge,
    rollback="Make a new connection; its addresses and keys are new, so the other end must be set up again.",
    access_adds="the state of its tunnels, its routes and its traffic day by day",
)

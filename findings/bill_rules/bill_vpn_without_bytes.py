"""A VPN connection is charged by the hour, whether or not bytes pass it."""

from __future__ import annotations

from audits.billed import BilledResource
from findings.rule import Rule, Verdict
from findings.stopped_bytes import judge_stopped

# AWS only: on an Azure or Google bill a gateway's hours and its traffic are not surely under one resource.
HOURS = {"aws": ("VPN-Usage-Hours",)}
# Its traffic may be charged to a transit gateway's attachment, or not at all: then it cannot be told.
BYTES = ("DataTransfer-",)


def judge(resource: BilledResource, *, window_days: int, max_gb: float) -> Verdict:
    hours = HOURS.get(resource.cloud, ())
    return judge_stopped(resource, hours=hours, passing=BYTES, window_days=window_days, max_gb=max_gb)


rule = Rule(
    id="bill_vpn_without_bytes",
    title="VPN connection with hours but no more bytes",
    looks_at=BilledResource,
    settings={"window_days": 14, "max_gb": 0.01},
    action="Ask who runs the other end, then delete the connection, its customer gateway and its routes.",
    docs="https://docs.aws.amazon.com/vpn/latest/s2svpn/VPC_VPN.html",
    judge=judge,
    rollback="Make a new connection; its addresses and keys are new, so the other end must be set up again.",
    told_by=("aws_vpc_vpn_connection_idle",),
    access_adds="the state of its tunnels, its routes and its traffic day by day",
)

"""A VPN connection is charged by the hour, whether or not anything passes it."""

from __future__ import annotations

from audits.billed import BilledResource
from findings.hours_without_bytes import Meters, judge_hours
from findings.rule import Rule, Verdict

METERS = Meters(
    hours={
        "aws": ("VPN-Usage-Hours", "VpnUsage"),
        "gcp": ("Cloud VPN Tunnel", "Network Cloud VPN", "Cloud VPN HA Tunnel"),
    },
    passed={
        "aws": ("DataTransfer-Out-Bytes", "DataTransfer-In-Bytes", "TransitGateway-Bytes"),
        "gcp": ("Network Vpn", "Network VPN", "Cloud VPN Data", "Network Internet Data Transfer Out"),
    },
)


def judge(resource: BilledResource, *, window_days: int, max_gb: float) -> Verdict:
    return judge_hours(resource, METERS, window_days=window_days, max_gb=max_gb)


rule = Rule(
    id="bill_vpn_without_bytes",
    title="VPN connection with hours but no bytes",
    looks_at=BilledResource,
    settings={"window_days": 30, "max_gb": 0.01},
    action="Ask whom it joins; delete the connection, then the gateways at its ends that nothing else uses.",
    implementation_effort="Low",
    docs="https://docs.aws.amazon.com/vpn/latest/s2svpn/delete-vpn.html",
    judge=judge,
    rollback="Make it again; the other side has to enter the new addresses and keys.",
    access_adds="whether its tunnels are up, and whom it joins",
)

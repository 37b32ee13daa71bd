"""A VPN connection is charged by the hour, also while neither of its tunnels is up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connections.resources import Metric
from connections.resources.links import VpnConnection
from findings.rule import ALL, Fine, Rule, Verdict, Waste, counted, unmeasured

if TYPE_CHECKING:
    from audits.evidence import Usage

UP = Metric(name="TunnelState", statistic="Maximum", unit="tunnels up")


def judge(connection: VpnConnection, *, usage: Usage, idle_days: int) -> Verdict:
    days = usage.days(UP, days=idle_days)
    if any((value or 0) > 0 for value in days):
        return Fine("One of its tunnels was up: it may stand by for another link.")
    if None in days:
        return unmeasured(connection, since=connection.created_at, days=idle_days, what="the state of its tunnels")
    return Waste(
        saves=ALL, because=f"Neither tunnel was up for a moment on any of the last {counted(idle_days, 'day')}."
    )


rule = Rule(
    id="aws_vpc_vpn_connection_idle",
    title="VPN connection of which no tunnel is up",
    looks_at=VpnConnection,
    settings={"idle_days": 30},
    action="Ask who keeps the other end, keep the configuration, then delete the connection.",
    docs="https://docs.aws.amazon.com/vpn/latest/s2svpn/delete-vpn.html",
    judge=judge,
    metrics=(UP,),
    window_days=30,
    implementation_effort="Medium",
    rollback="Make a connection anew: its tunnels get other addresses and keys, which the other end must be given.",
    hint="aws ec2 delete-vpn-connection --region {region} --vpn-connection-id {resource_id}",
)

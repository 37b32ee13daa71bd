"""A network firewall that no packet comes to is charged by the hour for each of its endpoints."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connections.resources import Metric
from connections.resources.firewalls import Firewall
from findings.rule import ALL, Fine, Rule, Unknown, Verdict, Waste, counted

if TYPE_CHECKING:
    from audits.evidence import Usage

# The sum of all zones. AWS does not say whether a zone that no packet comes to reports zero or nothing.
PACKETS = Metric(name="ReceivedPackets", statistic="Sum", unit="packets")


def judge(firewall: Firewall, *, usage: Usage, idle_days: int) -> Verdict:
    if firewall.zones is None:
        return Unknown("its state and its zones")
    if firewall.state != "READY" or not firewall.zones:
        return Fine()
    days = usage.days(PACKETS, days=idle_days)
    if any((value or 0) > 0 for value in days):
        return Fine()
    age_days = (firewall.observed_at - firewall.created_at).days if firewall.created_at else None
    if age_days is not None and age_days < idle_days:
        return Fine(f"There for {counted(age_days, 'day')} only.")
    is_silent = usage.was_read(PACKETS, days=idle_days) and firewall.is_routed is False and age_days is not None
    # What comes to a proxy passes the stateful engine alone, of which no packet is counted here.
    if firewall.is_proxy or firewall.has_associations or (None in days and not is_silent):
        where = " to its endpoints in other networks" if firewall.has_associations else ""
        where = " to its proxy" if firewall.is_proxy else where
        return Unknown(f"whether a packet came{where} on every one of the last {counted(idle_days, 'day')}")
    came = f"no packet came on any of the last {counted(idle_days, 'day')}"
    routes = "no route leads to it, and " if firewall.is_routed is False else ""
    return Waste(saves=ALL, because=f"Charged for {counted(len(firewall.zones), 'endpoint')}: {routes}{came}.")


rule = Rule(
    id="aws_networkfirewall_firewall_idle",
    title="Network firewall that no packet comes to",
    looks_at=Firewall,
    settings={"idle_days": 30},
    action="Make sure that no network relies on it, take out routes that lead to it, keep its policy, then delete it.",
    docs="https://docs.aws.amazon.com/network-firewall/latest/developerguide/firewall-deleting.html",
    judge=judge,
    metrics=(PACKETS,),
    window_days=30,
    implementation_effort="Medium",
    rollback_possible=True,
    rollback="Make it again with the policy that was kept; its endpoints get other ids, which routes must name.",
    hint="aws network-firewall delete-firewall --region {region} --firewall-arn {resource_id}",
)

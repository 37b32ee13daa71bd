"""A port of Direct Connect is charged by the hour, also while no light comes in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connections.resources import Metric
from connections.resources.links import DirectConnection
from findings.rule import ALL, Fine, Rule, Unknown, Verdict, Waste, counted

if TYPE_CHECKING:
    from audits.evidence import Usage

UP = Metric(name="ConnectionState", statistic="Maximum", unit="1 where up")
CABLE_DAYS = 90  # so long is a port not charged that was never up: its cable is still being laid


def judge(connection: DirectConnection, *, usage: Usage, idle_days: int) -> Verdict:
    if connection.state == "unknown":
        return Unknown("whether it is up: AWS does not say")
    if connection.state != "down":
        return Fine()
    if kept := _why_left(connection):
        return Fine(kept)
    days = usage.days(UP, days=idle_days)
    if any((value or 0) > 0 for value in days):
        return Fine()
    if None in days:
        return Unknown(f"whether it was up on every one of the last {counted(idle_days, 'day')}")
    port = f"{connection.bandwidth} at {connection.location}"
    group = f" It is one of the group {connection.group_id}, whose interfaces must be left alone."
    because = f"{port}: down on each of the last {counted(idle_days, 'day')}.{group if connection.group_id else ''}"
    return Waste(saves=ALL, because=because)


def _why_left(connection: DirectConnection) -> str:
    if connection.owner_id != connection.account_id:
        return "Another account owns it, and pays."
    if connection.letter_at is not None and (connection.observed_at - connection.letter_at).days < CABLE_DAYS:
        return f"The letter for its cable was fetched less than {CABLE_DAYS} days ago: it may still be laid."
    return ""


rule = Rule(
    id="aws_directconnect_connection_down",
    title="Direct Connect port that is down",
    looks_at=DirectConnection,
    settings={"idle_days": 30},
    action="Ask whether the line is being repaired. If not, first take the port out of its group of links, where it "
    "is in one, and leave the group's interfaces; else move or delete its own. Then delete the connection.",
    docs="https://docs.aws.amazon.com/directconnect/latest/UserGuide/deleteconnection.html",
    judge=judge,
    metrics=(UP,),
    window_days=30,
    implementation_effort="High",
    rollback="A port must be ordered again, and its cable be laid again: that takes weeks.",
    hint="aws directconnect delete-connection --region {region} --connection-id {resource_id}",
)

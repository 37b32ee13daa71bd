"""A streaming fleet that runs costs each hour of its machines, whether somebody is connected or not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connections.resources import Metric
from connections.resources.streaming import StreamingFleet
from findings.rule import ALL, Fine, Rule, Verdict, Waste, counted, unmeasured

if TYPE_CHECKING:
    from audits.evidence import Usage

IN_USE = Metric(name="CapacityUtilization", statistic="Maximum", unit="%")
CHARGED = {"ALWAYS_ON": "charged whether used or not", "ON_DEMAND": "charged a fee while nobody is connected"}


def judge(fleet: StreamingFleet, *, usage: Usage, idle_days: int) -> Verdict:
    if fleet.state != "RUNNING" or fleet.running_count == 0:
        return Fine("None of its machines runs.")
    if fleet.fleet_type not in CHARGED:
        return Fine("Charged only while somebody is connected.")
    days = usage.days(IN_USE, days=idle_days)
    if any((value or 0) > 0 for value in days):
        return Fine()
    if None in days:
        return unmeasured(fleet, since=fleet.created_at, days=idle_days, what="its use")
    machines = f"{fleet.instance_type} machines {CHARGED[fleet.fleet_type]}".strip()
    return Waste(saves=ALL, because=f"{machines}: nobody was connected on any of the last {counted(idle_days, 'day')}.")


rule = Rule(
    id="aws_appstream_fleet_idle",
    title="Streaming fleet to which nobody connects",
    looks_at=StreamingFleet,
    settings={"idle_days": 30},
    action="Ask its owner whether somebody is about to need it, then stop the fleet.",
    docs="https://docs.aws.amazon.com/appstream2/latest/APIReference/API_StopFleet.html",
    judge=judge,
    metrics=(IN_USE,),
    window_days=30,
    action_type="Stop",
    rollback_possible=True,
    rollback="Start the fleet again; its machines are there after some minutes.",
    hint="aws appstream stop-fleet --region {region} --name {name}",
)

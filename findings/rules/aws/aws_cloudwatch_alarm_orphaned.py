"""An alarm on a machine that is gone can never tell anything again, and is charged by the month."""

from __future__ import annotations

from connections.resources.alarms import Alarm
from findings.rule import ALL, Fine, Rule, Unknown, Verdict, Waste, counted


def judge(alarm: Alarm, *, still_days: int) -> Verdict:
    if not alarm.instance_id:
        return Fine("It watches no single machine.")
    if alarm.is_instance_there is None:
        return Unknown(f"whether the machine {alarm.instance_id} is still there")
    if alarm.is_instance_there:
        return Fine()
    if alarm.state_since_at is None:
        return Unknown("since when it is in its state")
    days = (alarm.observed_at - alarm.state_since_at).days
    if days < still_days:
        return Fine(f"Its state changed {counted(days, 'day')} ago: the machine has just gone.")
    return Waste(
        saves=ALL,
        because=f"It watches {alarm.metric} of {alarm.instance_id}, which is gone; {alarm.state} "
        f"for {counted(days, 'day')}.",
    )


rule = Rule(
    id="aws_cloudwatch_alarm_orphaned",
    title="Alarm on a machine that is gone",
    looks_at=Alarm,
    settings={"still_days": 14},
    action="Delete the alarm, and have whatever makes such alarms delete them with their machines.",
    docs="https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DeleteAlarms.html",
    judge=judge,
    implementation_effort="VeryLow",
    rollback="Make an alarm of the same settings for another machine: the one that it watched does not come back.",
    hint="aws cloudwatch delete-alarms --region {region} --alarm-names {name}",
)

"""Metrics of each minute are charged for every machine, and what is not for production seldom needs them."""

from __future__ import annotations

from connections.resources import Instance
from findings.aws_counterparts import held_by_another
from findings.nonproduction import told_by
from findings.rule import UNTOLD, Fine, Rule, Verdict, Waste


def judge(instance: Instance) -> Verdict:
    if not instance.is_monitored:
        return Fine()
    # What scales a group, or another service, may act upon each minute.
    if held := held_by_another(instance):
        return held
    tags = told_by(instance)
    if not tags:
        return Fine("No tag says that it is not for production.")
    return Waste(
        saves=UNTOLD,  # charged by CloudWatch, by the account and under no machine's name
        because=f"{instance.instance_type} is tagged {tags}, and its metrics are sent each minute. Every five minutes "
        "they cost nothing.",
    )


rule = Rule(
    id="aws_ec2_instance_detailed_monitoring",
    title="Detailed monitoring outside of production",
    looks_at=Instance,
    settings={},
    action="Lengthen its alarms with periods of less than five minutes, then switch detailed monitoring off.",
    docs="https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/manage-detailed-monitoring.html",
    judge=judge,
    action_type="Upgrade",
    stage="PRICE",
    implementation_effort="VeryLow",
    rollback_possible=True,
    rollback="Switch it on again, at any time and while the instance runs.",
    hint="aws ec2 unmonitor-instances --region {region} --instance-ids {native_id}",
)

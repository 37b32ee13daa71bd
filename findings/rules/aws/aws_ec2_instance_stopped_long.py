"""An EC2 instance that has been stopped for long is no longer needed, while its volumes are charged on."""

from __future__ import annotations

from decimal import Decimal

from connections.resources import Instance
from findings.rule import UNTOLD, BillExpects, Fine, Rule, Unknown, Verdict, Waste, counted


def judge(instance: Instance, *, stopped_days: int) -> Verdict:
    if instance.state != "stopped":
        return Fine()
    if instance.autoscaling_group:
        return Fine(f"Kept ready, stopped, by the group {instance.autoscaling_group}.")
    if not instance.volume_ids:
        return Fine("It holds no volume, so that nothing is charged while it is stopped.")
    since, least = instance.stopped_at, ""
    if since is None:
        since, least = instance.seen_stopped_at or instance.observed_at, " at least, as audits saw it"
    days = (instance.observed_at - since).days
    if days < stopped_days:
        lately = Fine(f"Stopped for {counted(days, 'day')} only.")
        return Unknown("since when the instance has been stopped") if least else lately
    # What it wastes stands on the bill under its volumes, and the rules of those count it.
    return Waste(
        saves=UNTOLD,
        because=f"{instance.instance_type}, stopped for {counted(days, 'day')}{least}. "
        f"{counted(len(instance.volume_ids), 'volume')} of it stay charged: findings on those have the figure.",
    )


rule = Rule(
    id="aws_ec2_instance_stopped_long",
    title="EC2 instance stopped for long",
    looks_at=Instance,
    settings={"stopped_days": 30},
    action="Make an image of the instance if it may be wanted again, terminate it, then delete the volumes that stay.",
    docs="https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/terminating-instances.html",
    judge=judge,
    rollback_possible=True,
    rollback="Launch an instance from the image; its id and its private address are new ones.",
    hint="aws ec2 create-image --region {region} --instance-id {native_id} --name {native_id}-final\n"
    "aws ec2 terminate-instances --region {region} --instance-ids {native_id}",
    bill=BillExpects(
        prices=("BoxUsage", "SpotUsage"), at_most=lambda _: Decimal(0), may_be_absent=True, says="so it did run"
    ),
)

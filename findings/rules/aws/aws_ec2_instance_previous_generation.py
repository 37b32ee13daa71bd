"""A running EC2 instance of an earlier generation, where the next has as much of everything for less."""

from __future__ import annotations

from decimal import Decimal

from connections.resources import Instance
from findings.aws_counterparts import follower, has_same_disks, left_as_it_is
from findings.aws_types import facts
from findings.rule import UNTOLD, BillExpects, Fine, Rule, Share, Unknown, Verdict, Waste


def judge(instance: Instance) -> Verdict:
    kind, to = instance.instance_type, follower(instance.instance_type)
    now, then = facts(kind), facts(to)
    left = left_as_it_is(instance)
    if left or now is None or then is None:
        return left or Fine()
    if instance.architecture is None:
        return Unknown("for which architecture its image was built")
    if instance.architecture not in then.architectures:
        return Fine(f"Its image was built for {instance.architecture}, which {to} does not run.")
    if not has_same_disks(kind, to):
        return Unknown(f"whether the {now.local_disk_gb:,} GB of disk in the machine itself are used: {to} has less")
    is_priced = instance.platform == "Linux/UNIX"
    return Waste(
        saves=Share(from_price=f"BoxUsage:{kind}", to_price=f"BoxUsage:{to}", is_by_list=True) if is_priced else UNTOLD,
        because=f"{kind} has {now.vcpus} vCPU and {now.memory_mib / 1024:g} GiB; {to} of the next generation has "
        f"{then.vcpus} and {then.memory_mib / 1024:g} at a lower list price.",
    )


rule = Rule(
    id="aws_ec2_instance_previous_generation",
    title="EC2 instance of a previous generation",
    looks_at=Instance,
    settings={},
    action="Stop the instance, change its type to the one named and start it, once its image has the drivers for it.",
    docs="https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-instance-resize.html",
    judge=judge,
    action_type="Upgrade",
    stage="PRICE",
    implementation_effort="Medium",
    restart_needed=True,
    rollback_possible=True,
    rollback="Stop the instance, change its type back and start it.",
    hint="aws ec2 describe-instances --region {region} --instance-ids {native_id}",
    bill=BillExpects(prices=("BoxUsage",), at_least=Decimal(0), says="so its price may not be an instance hour's"),
)

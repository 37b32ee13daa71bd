"""A running Linux machine costs less on AWS' own ARM processor, if its software runs there."""

from __future__ import annotations

from decimal import Decimal

from connections.resources import Instance
from findings.aws_counterparts import graviton, left_as_it_is
from findings.aws_types import facts
from findings.rule import UNTOLD, BillExpects, Fine, Rule, Unknown, Verdict, Waste


def judge(instance: Instance) -> Verdict:
    kind, to = instance.instance_type, graviton(instance.instance_type)
    now, then = facts(kind), facts(to)
    left = left_as_it_is(instance)
    if left or now is None or then is None:
        return left or Fine()
    if instance.platform not in {None, "Linux/UNIX"}:
        return Fine(f"It runs {instance.platform}; only plain Linux is looked at.")
    if instance.platform is None:
        return Unknown("which operating system it runs")
    return Waste(
        saves=UNTOLD,  # nobody knows before the software was tried
        because=f"{to} has {then.vcpus} vCPU and {then.memory_mib / 1024:g} GiB, {kind} has {now.vcpus} and "
        f"{now.memory_mib / 1024:g} at a higher list price. Nobody has checked whether its software runs on ARM.",
    )


rule = Rule(
    id="aws_ec2_instance_graviton",
    title="EC2 instance that may run on Graviton",
    looks_at=Instance,
    settings={},
    action="Test the software on ARM; if it runs, start a machine of the named type from an ARM image and move over.",
    docs="https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/resize-limitations.html",
    judge=judge,
    action_type="MigrateToGraviton",
    stage="PRICE",
    implementation_effort="High",
    restart_needed=True,
    rollback_possible=True,
    rollback="Send the work back to the old machine, which is kept until the new one has proven itself.",
    hint="aws ec2 describe-instances --region {region} --instance-ids {native_id}",
    bill=BillExpects(prices=("BoxUsage",), at_least=Decimal(0), says="so its price may not be an instance hour's"),
    assumes="that all of its software runs on ARM",
)

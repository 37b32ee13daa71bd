"""An edition of SQL Server uses so many processors and no more, and is charged for all that the machine has."""

from __future__ import annotations

from decimal import Decimal

from connections.resources import Instance
from findings.rule import UNTOLD, BillExpects, Fine, Rule, Unknown, Verdict, Waste
from findings.sql_licences import MOST_VCPUS, MOST_VCPUS_BEFORE_2025, edition_and_vcpus


def judge(instance: Instance) -> Verdict:
    found = edition_and_vcpus(instance)
    if not isinstance(found, tuple):
        return found
    edition, vcpus = found
    most = MOST_VCPUS.get(edition)
    if most is None or vcpus <= MOST_VCPUS_BEFORE_2025[edition]:
        return Fine()
    if vcpus <= most:
        return Unknown("which version of SQL Server it runs")
    return Waste(
        saves=UNTOLD,
        because=f"{instance.instance_type} has {vcpus} vCPU, of which SQL Server {edition} uses {most} at most; its "
        "licence is charged for all of them.",
    )


rule = Rule(
    id="aws_ec2_sql_server_above_edition",
    title="EC2 instance larger than its SQL Server edition uses",
    looks_at=Instance,
    settings={},
    action="Change the machine to a type with no more vCPU than its edition uses, if one instance of SQL Server runs.",
    docs="https://docs.aws.amazon.com/awssupport/latest/user/cost-optimization-checks.html",
    judge=judge, action_type="Rightsize", stage="PRICE", implementation_effort="High", restart_needed=True,
    rollback_possible=True, rollback="Stop the instance, change its type back and start it.",
    hint="aws ec2 describe-instances --region {region} --instance-ids {native_id}",
    bill=BillExpects(prices=("BoxUsage",), at_least=Decimal(0), says="so its price may not be an instance hour's"),
)  # fmt: skip

"""SQL Server in a machine's price is charged for four processors at least, also where the machine has fewer."""

from __future__ import annotations

from decimal import Decimal

from connections.resources import Instance
from findings.rule import UNTOLD, BillExpects, Fine, Rule, Verdict, Waste
from findings.sql_licences import LEAST_VCPUS, edition_and_vcpus


def judge(instance: Instance) -> Verdict:
    found = edition_and_vcpus(instance)
    if not isinstance(found, tuple):
        return found
    edition, vcpus = found
    if vcpus >= LEAST_VCPUS:
        return Fine()
    return Waste(
        saves=UNTOLD,
        because=f"{instance.instance_type} has {vcpus} vCPU, and SQL Server {edition} in its price is charged for "
        f"{LEAST_VCPUS}: two such machines pay twice for what one of {LEAST_VCPUS} vCPU would run.",
    )


rule = Rule(
    id="aws_ec2_sql_server_below_minimum",
    title="EC2 instance smaller than its SQL Server licence",
    looks_at=Instance,
    settings={},
    action="Move its databases to a machine with four vCPU or more that others share, then stop this one.",
    docs="https://docs.aws.amazon.com/awssupport/latest/user/cost-optimization-checks.html",
    judge=judge, action_type="Upgrade", stage="PRICE", implementation_effort="High", restart_needed=True,
    rollback_possible=True, rollback="Start the machine again and point its users back to it.",
    hint="aws ec2 describe-instances --region {region} --instance-ids {native_id}",
    bill=BillExpects(prices=("BoxUsage",), at_least=Decimal(0), says="so its price may not be an instance hour's"),
)  # fmt: skip

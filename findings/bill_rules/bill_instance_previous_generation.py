"""An instance of an earlier generation costs more than its successor of the same size, and is slower."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING

from audits.billed import BilledResource, cost_of, fraction_of, meter_of
from findings import aws_generations
from findings.rule import Fine, Rule, Share, Unknown, Verdict, Waste, counted

if TYPE_CHECKING:
    from audits.evidence import DayCost

AZURE = re.compile(r"DS?([2-5]|1[1-5])(?: v2)?(?:/DS?\d+(?: v2)?)?")  # D2 v2/DS2 v2, D11/DS11


def judge(resource: BilledResource, *, window_days: int) -> Verdict:
    usage = resource.lines(days=window_days)
    old = [(line, found) for line in usage if (found := _successor(resource, line))]
    paid = cost_of(line for line, _ in old)
    if paid <= 0:
        return Fine()
    if resource.known_days < window_days:
        return Unknown(f"{counted(window_days, 'complete day')} of its bill")
    line, (successor, percent) = old[-1]
    return Waste(
        saves=Share(fraction=fraction_of(paid * percent / 100, usage)),
        because=f"{meter_of(line)} cost {paid:,.2f} {line.billing_currency} in the last "
        f"{counted(window_days, 'day')}; {successor} costs at least {percent} % less.",
    )


def _successor(resource: BilledResource, line: DayCost) -> tuple[str, Decimal] | None:
    """The type that follows, and what it saves; None for usage under a commitment or with a licence in its price."""
    if line.commitment_discount_id or re.search("windows|sql|rhel|red hat|suse", line.charge_description.lower()):
        return None
    meter = meter_of(line)
    if resource.cloud == "aws" and (found := re.fullmatch(r"BoxUsage:(\w+\.\w+)", meter)):
        return aws_generations.successor(found[1])
    is_machine = "/microsoft.compute/virtualmachine" in resource.resource_id.lower()
    if resource.cloud == "azure" and is_machine and (found := AZURE.fullmatch(meter)):
        return f"the same size of {'Dsv5' if len(found[1]) == 1 else 'Esv5'}", Decimal(10)
    return None


rule = Rule(
    id="bill_instance_previous_generation",
    title="Instance of a previous generation",
    looks_at=BilledResource,
    settings={"window_days": 7},
    action="Stop it, change its type to the successor and start it, once its image has the drivers for it.",
    action_type="Upgrade",
    stage="PRICE",
    implementation_effort="Medium",
    restart_needed=True,
    docs="https://aws.amazon.com/ec2/previous-generation/",
    judge=judge,
    rollback="Stop it, change the type back and start it.",
    assumes="that the newer generation keeps the ratio of its list price",
    told_by=("aws_ec2_instance_previous_generation", "aws_rds_database_previous_generation"),
    access_adds="its image, its drivers and its virtualisation, and how much of its size it uses",
)

"""A burstable machine that goes on beyond its credits pays for each, and may cost more than a type that is steady."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from connections.resources import Instance, Metric
from findings.aws_counterparts import left_as_it_is
from findings.aws_types import facts
from findings.machine_usage import PEAK_CPU
from findings.rule import UNTOLD, BillExpects, Fine, Rule, Verdict, Waste, counted, unmeasured

if TYPE_CHECKING:
    from audits.evidence import Usage

CHARGED = Metric(name="CPUSurplusCreditsCharged", statistic="Sum", unit="credits")


def judge(instance: Instance, *, usage: Usage, idle_days: int, least_days: int) -> Verdict:
    now = facts(instance.instance_type)
    left = left_as_it_is(instance)
    if left or now is None or not now.is_burstable:
        return left or Fine()
    surplus = usage.days(CHARGED, days=idle_days)
    known = [value for value in surplus if value is not None]
    charged = [value for value in known if value > 0]
    if len(charged) >= least_days:
        return Waste(
            saves=UNTOLD,
            because=f"{instance.instance_type}: on {len(charged)} of the last {counted(idle_days, 'day')} it was "
            f"charged for surplus credits, {sum(charged):,.0f} in all: as much as {sum(charged) / 60:,.0f} hours "
            "of one vCPU. A type that is not burstable has no such charge.",
        )
    is_measured = usage.complete_days(PEAK_CPU, days=idle_days) is not None
    if not known and is_measured and usage.was_read(CHARGED, days=idle_days):
        return Fine("CloudWatch has no surplus credits of it: it does not go on beyond its credits.")
    if len(charged) + idle_days - len(known) < least_days:
        return Fine()
    return unmeasured(instance, since=instance.launched_at, days=idle_days, what="surplus credits")


rule = Rule(
    id="aws_ec2_instance_burst_credits",
    title="EC2 instance that pays for CPU credits",
    looks_at=Instance,
    settings={"idle_days": 30, "least_days": 15},
    action="Compare what its credits cost with a type of its size that is not burstable, and change to it if less.",
    docs="https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/burstable-performance-instances-unlimited-mode-concepts.html",
    judge=judge, metrics=(CHARGED, PEAK_CPU), window_days=30, action_type="Upgrade", stage="PRICE",
    implementation_effort="Medium", restart_needed=True, rollback_possible=True,
    rollback="Stop the instance, change its type back and start it.",
    hint="aws ec2 describe-instance-credit-specifications --region {region} --instance-ids {native_id}",
    bill=BillExpects(prices=("BoxUsage",), at_least=Decimal(0), says="so its price may not be an instance hour's"),
)  # fmt: skip

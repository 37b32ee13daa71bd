"""A machine that is used in the same hours of each week, and in no others, may stand still in those others."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from connections.resources import Instance
from findings.aws_counterparts import held_by_another
from findings.machine_usage import HOURLY_CPU, HOURLY_TRAFFIC, asked_before_a_stop, cpu_of_use, has_gpus
from findings.rule import BillExpects, Fine, Rule, Share, Verdict, Waste, unmeasured
from findings.weekly_hours import WEEK, off_hours, told, used_hours

if TYPE_CHECKING:
    from audits.evidence import Usage

SHORTEST = 4  # hours; stopping for less is more trouble than it saves
USED_AT_LEAST = 10  # hours of the week, else it is idle


def judge(
    instance: Instance, *, usage: Usage, idle_days: int, max_cpu: float, max_network_mb: float, least_hours: int
) -> Verdict:
    if held := held_by_another(instance) or has_gpus(instance):
        return held
    cpu = cpu_of_use(instance, percent=max_cpu)
    hours = list(zip(*(usage.hours(metric, days=idle_days) for metric in (HOURLY_CPU, *HOURLY_TRAFFIC)), strict=True))
    most_bytes = max_network_mb * 1e6
    used = [(busy or 0) >= cpu or (into or 0) + (out or 0) >= most_bytes for busy, into, out in hours]
    week = used_hours(used, until=usage.until)
    off = off_hours(week, shortest=SHORTEST)
    if off < least_hours:
        return Fine()
    if any(None in hour for hour in hours):
        return unmeasured(instance, since=instance.launched_at, days=idle_days, what="every hour's CPU and network")
    if sum(week) < USED_AT_LEAST:
        return Fine("Used in next to no hour: whether it is needed is the question.")
    return asked_before_a_stop(instance) or Waste(
        saves=Share(fraction=Decimal(off) / WEEK, part_of=(f"BoxUsage:{instance.instance_type}",)),
        because=f"In the last {idle_days} days it was used {told(week)} (UTC) at most; in the other {off} hours that "
        f"lie {SHORTEST} or more together, CPU never reached {cpu:.3g} % nor its network {max_network_mb:g} MB.",
    )


rule = Rule(
    id="aws_ec2_instance_off_hours",
    title="EC2 instance that runs in hours in which nobody uses it",
    looks_at=Instance,
    settings={"idle_days": 28, "max_cpu": 5, "max_network_mb": 5, "least_hours": 60},
    action="Stop and start the instance by a schedule that leaves it on in the hours that the finding names.",
    docs="https://docs.aws.amazon.com/solutions/latest/instance-scheduler-on-aws/solution-overview.html",
    judge=judge, metrics=(HOURLY_CPU, *HOURLY_TRAFFIC), window_days=28, action_type="Stop", stage="SHRINK",
    implementation_effort="Medium", restart_needed=True, rollback_possible=True,
    rollback="Switch the schedule off and start the instance.",
    hint="aws ec2 describe-instances --region {region} --instance-ids {native_id}",
    bill=BillExpects(prices=("BoxUsage",), at_least=Decimal(23), says="so it does not run all day as it is"),
    assumes="that nobody needs it in hours in which it did nothing for weeks",
)  # fmt: skip

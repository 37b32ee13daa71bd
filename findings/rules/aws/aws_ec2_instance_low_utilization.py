"""A machine whose processor is hardly ever busy, and for which no smaller type can be named from what is measured."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from connections.resources import Instance
from findings.machine_usage import PEAK_CPU, SIZING, demand_of, least_vcpus, left_at_its_size
from findings.rightsizing import Demand, Headroom, best_of_family, cheapest, of_other_families
from findings.rule import UNTOLD, BillExpects, Fine, Limit, Rule, Verdict, Waste, counted

if TYPE_CHECKING:
    from audits.evidence import Usage

ROOM = Headroom(p95_cpu=60, peak_cpu=90, memory=80)


def judge(instance: Instance, *, usage: Usage, idle_days: int, max_cpu: float) -> Verdict:
    if left := left_at_its_size(instance):
        return left
    demand = demand_of(instance, usage, days=idle_days, most_cpu=max_cpu)
    if not isinstance(demand, Demand):
        return demand
    kind, least = instance.instance_type, least_vcpus(instance)
    others = of_other_families(kind, least_vcpus=least)
    found = best_of_family(kind, least_vcpus=least, demand=demand, headroom=ROOM) or cheapest(
        others, instance_type=kind, demand=demand, headroom=ROOM
    )
    if found or demand.memory_mib is not None:
        return Fine(
            f"{found.name} would carry it: another rule tells." if found else "It needs the memory that it has."
        )
    return Waste(
        saves=UNTOLD,
        because=f"{kind}: CPU peaked at {demand.peak_cpu:.1f} % over the last {counted(idle_days, 'day')}. How much "
        "memory it uses is not measured; if it uses little, a smaller type would do.",
    )


rule = Rule(
    id="aws_ec2_instance_low_utilization",
    title="EC2 instance with little CPU in use",
    looks_at=Instance,
    settings={"idle_days": 30, "max_cpu": 20},
    action="Install the CloudWatch agent to measure memory for two weeks, then choose a smaller type or leave it.",
    docs="https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-instance-resize.html",
    judge=judge, metrics=SIZING, window_days=30, action_type="Rightsize", stage="PRICE",
    limits=(Limit(title="CPU, highest of the day", metrics=(PEAK_CPU,), setting="max_cpu", unit="%"),),
    implementation_effort="Medium", restart_needed=True, rollback_possible=True,
    rollback="Stop the instance, change its type back and start it.",
    hint="aws ec2 describe-instances --region {region} --instance-ids {native_id}",
    bill=BillExpects(prices=("BoxUsage",), at_least=Decimal(23), says="so it did not run all day"),
)  # fmt: skip

"""A machine may be carried by a type of another family that has less of what it does not use, for less money."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from connections.resources import Instance
from findings.machine_usage import PEAK_CPU, SIZING, demand_of, least_vcpus, left_at_its_size, saved_by, told
from findings.rightsizing import Demand, Headroom, best_of_family, cheapest, of_other_families
from findings.rule import BillExpects, Fine, Limit, Rule, Verdict, Waste

if TYPE_CHECKING:
    from audits.evidence import Usage


def judge(
    instance: Instance,
    *,
    usage: Usage,
    idle_days: int,
    p95_cpu: float,
    peak_cpu: float,
    memory_percent: float,
    least_percent: float,
) -> Verdict:
    if left := left_at_its_size(instance):
        return left
    kind = instance.instance_type
    others = of_other_families(kind, least_vcpus=least_vcpus(instance))
    if not others:
        return Fine("No family of the same maker has a type for less.")
    demand = demand_of(instance, usage, days=idle_days, most_cpu=peak_cpu)
    if not isinstance(demand, Demand):
        return demand
    room = Headroom(p95_cpu=p95_cpu, peak_cpu=peak_cpu, memory=memory_percent)
    found = cheapest(others, instance_type=kind, demand=demand, headroom=room)
    own = best_of_family(kind, least_vcpus=least_vcpus(instance), demand=demand, headroom=room)
    if found is None or found.price_share > (own.price_share if own else 1) - Decimal(least_percent) / 100:
        return Fine(f"A smaller size of its own family, {own.name}, does as well." if own else "")
    return Waste(saves=saved_by(instance, found), because=told(instance, found, demand, days=idle_days))


rule = Rule(
    id="aws_ec2_instance_cheaper_family",
    title="EC2 instance that another family would carry for less",
    looks_at=Instance,
    settings={"idle_days": 30, "p95_cpu": 60, "peak_cpu": 90, "memory_percent": 80, "least_percent": 10},
    action="Test the software on the named type, then stop the instance, change its type and start it.",
    docs="https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-instance-resize.html",
    judge=judge, metrics=SIZING, window_days=30, action_type="Rightsize", stage="PRICE",
    limits=(Limit(title="CPU, highest of the day", metrics=(PEAK_CPU,), setting="peak_cpu", unit="%"),),
    implementation_effort="Medium", restart_needed=True, rollback_possible=True,
    rollback="Stop the instance, change its type back and start it.",
    hint="aws ec2 describe-instances --region {region} --instance-ids {native_id}",
    bill=BillExpects(prices=("BoxUsage",), at_least=Decimal(23), says="so it did not run all day"),
)  # fmt: skip

"""A machine that a smaller size of its own family would carry pays for processors and memory that it does not use."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from connections.resources import Instance
from findings.machine_usage import PEAK_CPU, SIZING, demand_of, least_vcpus, left_at_its_size, saved_by, told
from findings.rightsizing import Demand, Headroom, cheapest, smaller_of_family
from findings.rule import BillExpects, Fine, Limit, Rule, Unknown, Verdict, Waste

if TYPE_CHECKING:
    from audits.evidence import Usage


def judge(
    instance: Instance, *, usage: Usage, idle_days: int, p95_cpu: float, peak_cpu: float, memory_percent: float
) -> Verdict:
    if left := left_at_its_size(instance):
        return left
    kind = instance.instance_type
    smaller = smaller_of_family(kind, least_vcpus=least_vcpus(instance))
    if not smaller:
        return Fine("There is no smaller size of its family that it could have.")
    demand = demand_of(instance, usage, days=idle_days, most_cpu=peak_cpu)
    if not isinstance(demand, Demand):
        return demand
    room = Headroom(p95_cpu=p95_cpu, peak_cpu=peak_cpu, memory=memory_percent)
    found = cheapest(smaller, instance_type=kind, demand=demand, headroom=room)
    if found:
        return Waste(saves=saved_by(instance, found), because=told(instance, found, demand, days=idle_days))
    unmeasured = Demand(p95_cpu=demand.p95_cpu, peak_cpu=demand.peak_cpu, memory_mib=0, network_gbps=0, ebs_mbps=0)
    if None in {demand.memory_mib, demand.network_gbps, demand.ebs_mbps} and cheapest(
        smaller, instance_type=kind, demand=unmeasured, headroom=room
    ):
        return Unknown("how much memory and disk rate it uses: its CPU alone would fit a smaller size")
    return Fine()


rule = Rule(
    id="aws_ec2_instance_oversized",
    title="EC2 instance larger than what it does",
    looks_at=Instance,
    settings={"idle_days": 30, "p95_cpu": 60, "peak_cpu": 90, "memory_percent": 80},
    action="Stop the instance, change its type to the smaller one that the finding names, and start it.",
    docs="https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-instance-resize.html",
    judge=judge, metrics=SIZING, window_days=30, action_type="Rightsize", stage="PRICE",
    limits=(Limit(title="CPU, highest of the day", metrics=(PEAK_CPU,), setting="peak_cpu", unit="%"),),
    implementation_effort="Medium", restart_needed=True, rollback_possible=True,
    rollback="Stop the instance, change its type back and start it.",
    hint="aws ec2 describe-instances --region {region} --instance-ids {native_id}",
    bill=BillExpects(prices=("BoxUsage",), at_least=Decimal(23), says="so it did not run all day"),
)  # fmt: skip

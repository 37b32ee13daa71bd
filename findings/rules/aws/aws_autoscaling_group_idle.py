"""A group whose machines together hardly compute and hardly talk for two weeks serves nobody."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connections.resources.scaling import AutoScalingGroup
from findings.machine_usage import IDLE_CPU, cpu_of_use_of_any
from findings.rule import UNTOLD, Fine, Limit, Rule, Verdict, Waste, counted, unmeasured
from findings.scaling_groups import CPU, TRAFFIC, why_left

if TYPE_CHECKING:
    from audits.evidence import Usage


def judge(group: AutoScalingGroup, *, usage: Usage, idle_days: int, max_cpu: float, max_network_mb: float) -> Verdict:
    left = why_left(group)
    if left or group.state or not group.instance_count:
        return Fine(left)
    cpu = [value for value in usage.days(CPU, days=idle_days) if value is not None]
    # Each machine answers health checks: what all of them talk is shared out among those that there are at least.
    least = max(1, group.min_size)
    megabytes = [value / 1e6 / least for value in usage.total(*TRAFFIC, days=idle_days) if value is not None]
    if any(value >= _most_cpu(group, max_cpu) for value in cpu) or any(value >= max_network_mb for value in megabytes):
        return Fine()
    if len(cpu) < idle_days or len(megabytes) < idle_days:
        return unmeasured(group, since=group.created_at, days=idle_days, what="CPU and network of its machines")
    return Waste(
        saves=UNTOLD,  # its machines stand on the bill: what they cost is told beside the finding
        because=f"{counted(group.instance_count, 'machine')} of {' and '.join(group.instance_types) or 'no told type'}:"
        f" CPU of none peaked above {max(cpu):.1f} % and network traffic was {max(megabytes):.2f} MB a day each at "
        f"most over the last {counted(idle_days, 'day')}.",
    )


def _most_cpu(group: AutoScalingGroup, max_cpu: float) -> float:
    """Of many processors one thread is little: so much less as they are more."""
    return max_cpu * cpu_of_use_of_any(group.instance_types, percent=IDLE_CPU) / IDLE_CPU


rule = Rule(
    id="aws_autoscaling_group_idle",
    title="Auto Scaling group whose machines are idle",
    looks_at=AutoScalingGroup,
    settings={"idle_days": 14, "max_cpu": 5, "max_network_mb": 5},
    action="Set the group's size to nothing; delete it once nobody has missed its machines.",
    docs="https://docs.aws.amazon.com/autoscaling/ec2/userguide/as-process-shutdown.html",
    judge=judge, metrics=(CPU, *TRAFFIC), window_days=14, action_type="ScaleIn",
    limits=(Limit(title="CPU, highest of the day", metrics=(CPU,), setting="max_cpu", unit="%", of=_most_cpu),),
    implementation_effort="Medium", restart_needed=True, rollback_possible=True,
    rollback="Set its sizes back: new machines start from its template. What stood on the old ones' disks is gone.",
    hint="aws autoscaling update-auto-scaling-group --region {region} --auto-scaling-group-name {native_id} "
    "--min-size 0 --desired-capacity 0",
)  # fmt: skip

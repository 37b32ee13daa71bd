"""A group whose least size is twice what its machines do keeps half of them for nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connections.resources.scaling import AutoScalingGroup
from findings.group_sizes import SIZING, load_of, smaller_size
from findings.rule import UNTOLD, Fine, Limit, Rule, Verdict, Waste, counted
from findings.scaling_groups import CPU, why_left

if TYPE_CHECKING:
    from audits.evidence import Usage


def judge(group: AutoScalingGroup, *, usage: Usage, idle_days: int, max_cpu: float, max_memory: float) -> Verdict:
    left = why_left(group)
    if left or group.state or not group.instance_count:
        return Fine(left)
    if group.instance_count > group.min_size:
        return Fine("It has more machines than its least size: its policies scale it.")
    size = smaller_size(group)
    if size >= group.min_size:
        return Fine("One machine for each zone, or two, is as few as are safe.")
    load = load_of(group, usage, days=idle_days, max_cpu=max_cpu, max_memory=max_memory)
    if not isinstance(load, tuple):
        return load
    cpu, memory = load
    return Waste(
        saves=UNTOLD,  # its machines stand on the bill, and which of them go is the group's choice
        because=f"{counted(group.min_size, 'machine')} at least. None was above {cpu:.1f} % of CPU and {memory:.1f} % "
        f"of memory in the last {counted(idle_days, 'day')}, so that {size:,} would carry it with room to spare.",
    )


rule = Rule(
    id="aws_autoscaling_group_oversized",
    title="Auto Scaling group whose least size is too large",
    looks_at=AutoScalingGroup,
    settings={"idle_days": 30, "max_cpu": 35, "max_memory": 40},
    action="Lower the group's least and desired size by a machine at a time, to the size that the finding names.",
    docs="https://docs.aws.amazon.com/autoscaling/ec2/userguide/asg-capacity-limits.html",
    judge=judge, metrics=SIZING, window_days=30, action_type="ScaleIn", stage="SHRINK",
    limits=(Limit(title="CPU, highest of the day", metrics=(CPU,), setting="max_cpu", unit="%"),),
    implementation_effort="Low", rollback_possible=True,
    rollback="Raise the sizes again: the group launches machines from its template.",
    hint="aws autoscaling describe-auto-scaling-groups --region {region} --auto-scaling-group-names {native_id}",
)  # fmt: skip

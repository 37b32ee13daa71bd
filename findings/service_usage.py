"""What an ECS service and the machines of a cluster were seen to do. Pure.

ECS tells CloudWatch of a cluster or service only while tasks run there. How large a task is, only Container Insights
tells; requests are the load balancer's, and told of a target group also where there are none.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from connections.resources import Metric
from findings.task_sizes import ALL, TaskSize, cheapest

if TYPE_CHECKING:
    from audits.evidence import Usage

RESERVED = Metric(name="MemoryReservation", statistic="Maximum", unit="%", is_silent_at_zero=True)
PEAK_CPU = Metric(name="CPUUtilization", statistic="Maximum", unit="%")
PEAK_MEMORY = Metric(name="MemoryUtilization", statistic="Maximum", unit="%")
REQUESTS = Metric(name="RequestCountPerTarget", statistic="Sum", unit="requests", namespace="AWS/ApplicationELB")
INSIGHTS = "ECS/ContainerInsights"
TASK_CPU = Metric(name="CpuReserved", statistic="Average", unit="CPU units", namespace=INSIGHTS)
TASK_MEMORY = Metric(name="MemoryReserved", statistic="Average", unit="MiB", namespace=INSIGHTS)
HEADROOM_CPU, HEADROOM_MEMORY = 1.5, 1.3


def size_of_task(usage: Usage, *, days: int) -> TaskSize | None:
    """The one size that its tasks had on each of the last `days`; None where they had several, or that is not known."""
    cpu, memory = (set(usage.days(metric, days=days)) for metric in (TASK_CPU, TASK_MEMORY))
    found = {
        TaskSize(round(units), round(mib)) for units in cpu for mib in memory if units is not None and mib is not None
    }
    is_one = len(cpu) == len(memory) == len(found) == 1
    return found.pop() if is_one and found <= ALL else None


def size_that_does(size: TaskSize, *, cpu_percent: float, memory_percent: float) -> TaskSize | None:
    """The cheapest size that carries such peaks of `size` with room; None where it is not cheaper."""
    found = cheapest(
        cpu=size.cpu * cpu_percent / 100 * HEADROOM_CPU,
        memory_mib=size.memory_mib * memory_percent / 100 * HEADROOM_MEMORY,
    )
    return found if found is not None and found.weight < size.weight else None

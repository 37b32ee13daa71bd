"""What an ECS service and the machines of a cluster were seen to do. Pure.

ECS tells CloudWatch of a cluster or service only while tasks run there. How large a task is, only Container Insights
tells; requests are the load balancer's, and told of a target group also where there are none.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from connections.resources import Metric
from connections.resources.thing import HOUR
from findings.task_sizes import ALL, TaskSize, cheapest

if TYPE_CHECKING:
    from collections.abc import Sequence

    from audits.evidence import Usage

RESERVED = Metric(name="MemoryReservation", statistic="Maximum", unit="%", is_silent_at_zero=True)
PEAK_CPU = Metric(name="CPUUtilization", statistic="Maximum", unit="%")
HOURLY_CPU = Metric(name="CPUUtilization", statistic="Average", unit="%", period_seconds=HOUR)
PEAK_MEMORY = Metric(name="MemoryUtilization", statistic="Maximum", unit="%")
REQUESTS = Metric(name="RequestCountPerTarget", statistic="Sum", unit="requests", namespace="AWS/ApplicationELB")
INSIGHTS = "ECS/ContainerInsights"
TASK_CPU = Metric(name="CpuReserved", statistic="Average", unit="CPU units", namespace=INSIGHTS)
TASK_MEMORY = Metric(name="MemoryReserved", statistic="Average", unit="MiB", namespace=INSIGHTS)
HEADROOM_CPU, HEADROOM_MEMORY = 1.5, 1.3
QUIET = 0.25  # of the day's busiest hour


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


@dataclass(frozen=True, kw_only=True)
class HoursOfDay:
    """A day by its hours: the busiest, and how many were at a quarter of that or below."""

    peak: float
    quiet_hours: int


def days_of_hours(usage: Usage, *, days: int) -> tuple[HoursOfDay | None, ...]:
    """The last `days`, each by its hours of CPU; None where one of them is missing."""
    hours = usage.hours(HOURLY_CPU, days=days)
    return tuple(_day(hours[start : start + 24]) for start in range(0, len(hours), 24))


def _day(hours: Sequence[float | None]) -> HoursOfDay | None:
    known = [hour for hour in hours if hour is not None]
    if len(known) < len(hours):
        return None
    peak = max(known)
    return HoursOfDay(peak=peak, quiet_hours=sum(hour <= peak * QUIET for hour in known))

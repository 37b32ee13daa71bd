"""How few machines of an Auto Scaling group would carry what all of them do, by the busiest of each day. Pure."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from findings.aws_types import facts
from findings.machine_usage import BITS, IDLE_CPU, MEMORY, NETWORK, SAMPLE_SECONDS, cpu_of_use_of_any
from findings.rule import Fine, Unknown, unmeasured
from findings.scaling_groups import CPU

if TYPE_CHECKING:
    from audits.evidence import Usage
    from connections.resources import Metric
    from connections.resources.scaling import AutoScalingGroup

SIZING: tuple[Metric, ...] = (CPU, *NETWORK, MEMORY)
LEAST = 2  # one machine alone is a service that stops with it
NETWORK_SHARE = 0.4


def smaller_size(group: AutoScalingGroup) -> int:
    """Half of its least size, but no fewer than one for each zone and two in all."""
    return max(math.ceil(group.min_size / 2), len(group.zones), LEAST)


def load_of(
    group: AutoScalingGroup, usage: Usage, *, days: int, max_cpu: float, max_memory: float
) -> Fine | Unknown | tuple[float, float]:
    """The highest CPU and memory, in percent, that any of its machines had on any day; Fine where either is much."""
    cpu, memory = ([one for one in usage.days(metric, days=days) if one is not None] for metric in (CPU, MEMORY))
    if any(one > max_cpu for one in cpu) or any(one > max_memory for one in memory):
        return Fine()
    if len(cpu) < days:
        return unmeasured(group, since=group.created_at, days=days, what="CPU of its machines")
    if max(cpu) < cpu_of_use_of_any(group.instance_types, percent=IDLE_CPU):
        return Fine("Its machines do next to nothing: whether they are needed is the question.")
    if bound := _bound(group, usage, days=days):
        return bound
    if len(memory) < days:
        return Unknown("how much memory its machines use: no agent reports it for the group as a whole")
    return max(cpu), max(memory)


def _bound(group: AutoScalingGroup, usage: Usage, *, days: int) -> Fine | Unknown | None:
    """What to say where its machines' types or their network forbid that each does twice as much."""
    types = [facts(one) for one in group.instance_types]
    if not types or None in types:
        return Unknown("what its machines' types have: the table of types does not tell of each")
    if any(one.is_burstable for one in types if one):
        return Fine("Burstable types: twice the work may cost more in credits than fewer machines save.")
    rates = [one for one in usage.total(*NETWORK, days=days) if one is not None]
    baselines = [one.network_baseline_gbps for one in types if one and one.network_baseline_gbps is not None]
    if len(rates) < days or len(baselines) < len(types):
        return Unknown("how much of their network its machines use")
    used = max(rates) * BITS / SAMPLE_SECONDS / 1e9
    return Fine("Their network is in use.") if used > min(baselines) * NETWORK_SHARE else None

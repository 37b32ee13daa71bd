"""What an EC2 machine was seen to do: processor, network, disks, and memory where CloudWatch's agent tells it. Pure."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from connections.resources import Metric
from connections.resources.thing import HOUR
from findings.aws_counterparts import left_as_it_is
from findings.aws_types import facts
from findings.rightsizing import Demand
from findings.rule import UNTOLD, Fine, Share, Unknown, unmeasured
from findings.sql_licences import EDITION, LEAST_VCPUS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from audits.evidence import Usage
    from connections.resources import Instance
    from findings.aws_types import TypeFacts
    from findings.rightsizing import Candidate

PEAK_CPU = Metric(name="CPUUtilization", statistic="Maximum", unit="%")
P95_CPU = Metric(name="CPUUtilization", statistic="p95", unit="%")
NETWORK = tuple(Metric(name=name, statistic="Maximum", unit="bytes a sample") for name in ("NetworkIn", "NetworkOut"))
TRAFFIC = tuple(Metric(name=name, statistic="Sum", unit="bytes") for name in ("NetworkIn", "NetworkOut"))
DISKS = tuple(
    Metric(name=name, statistic="Maximum", unit="bytes a sample") for name in ("EBSReadBytes", "EBSWriteBytes")
)
MEMORY = Metric(name="mem_used_percent", statistic="Maximum", unit="%", namespace="CWAgent")
HOURLY_CPU = replace(PEAK_CPU, period_seconds=HOUR)
HOURLY_TRAFFIC = tuple(replace(metric, period_seconds=HOUR) for metric in TRAFFIC)
SIZING = (PEAK_CPU, P95_CPU, *NETWORK, *TRAFFIC, *DISKS, MEMORY)
# A sample is of one minute or of five; of one minute it is the higher rate, so that is what it is taken for.
SAMPLE_SECONDS, BITS = 60, 8
MAY_HAVE_GPUS = ("g", "p")  # the names of types with GPUs begin so
HALF_A_PROCESSOR = 50  # percent of one: what waits in between keeps a single thread at that in its busiest sample
IDLE_CPU, IDLE_MB = 5, 5  # below both, it is the rule on idle machines that asks the question


def left_at_its_size(instance: Instance) -> Fine | Unknown | None:
    """What to say of a machine whose size is not looked at; None where its usage is to be."""
    left, now = left_as_it_is(instance), facts(instance.instance_type)
    if left or now is None:
        return left
    if gpus := has_gpus(instance):
        return gpus
    reasons = (
        (now.is_burstable, "A burstable type: its credits tell more than its peaks."),
        (
            instance.vcpus not in {None, now.vcpus},
            "Some of its processors were switched off when it was started, as licences ask for.",
        ),
        (
            instance.is_from_marketplace,
            "It was started from a marketplace image, whose product may allow some types only.",
        ),
        (
            instance.tenancy not in {None, "default"},
            "It stands on dedicated hardware, which is not charged by its type alone.",
        ),
    )
    return next((Fine(because) for is_so, because in reasons if is_so), None)


def has_gpus(instance: Instance) -> Fine | None:
    """What to say of a machine whose work its processors do not show."""
    now = facts(instance.instance_type)
    return Fine("It has GPUs, of which these metrics tell nothing.") if now and now.gpus else None


def gpus_of(instance: Instance) -> int:
    """How many GPUs it has; 0 where the table of types does not tell."""
    return known.gpus if (known := facts(instance.instance_type)) else 0


def without_gpus(instance: Instance) -> Fine | Unknown | None:
    """What to say of a machine that has no GPU, or of which it is not known; None where it has some."""
    kind = instance.instance_type
    if facts(kind) is None and kind.startswith(MAY_HAVE_GPUS):
        return Unknown(f"whether a machine of type {kind!r} has GPUs: the table of types does not tell")
    return None if gpus_of(instance) else Fine()


def cpu_of_use(instance: Instance, *, percent: float) -> float:
    """From how much CPU on a machine is used: `percent`, or less where many processors make that several at work."""
    if instance.vcpus:
        return min(percent, HALF_A_PROCESSOR / instance.vcpus)
    return cpu_of_use_of_any((instance.instance_type,), percent=percent)


def in_proportion(instance: Instance, percent: float) -> float:
    """What `percent` of CPU means on a machine: of many processors, where one thread is little, as much less."""
    return percent * cpu_of_use(instance, percent=IDLE_CPU) / IDLE_CPU


def cpu_of_use_of_any(types: Iterable[str], *, percent: float) -> float:
    """From how much CPU on machines of several types are used, by the type with the most processors."""
    vcpus = max((now.vcpus for one in types if (now := facts(one))), default=1)
    return min(percent, HALF_A_PROCESSOR / vcpus)


def asked_before_a_stop(instance: Instance) -> Unknown | None:
    """What has to be known of a machine before it is stopped again and again; None where nothing has."""
    now = facts(instance.instance_type)
    if now is None:
        return Unknown(f"what a machine of type {instance.instance_type!r} has: the table of types does not tell")
    return Unknown("whether its own disks, which a stop empties, hold what must last") if now.local_disk_gb else None


def least_vcpus(instance: Instance) -> int:
    """The fewest processors that a licence is charged for, 1 without one."""
    return LEAST_VCPUS if EDITION.search(instance.platform or "") else 1


def demand_of(instance: Instance, usage: Usage, *, days: int, most_cpu: float) -> Demand | Fine | Unknown:
    """What the machine did at most on the last `days` complete days; Fine where it did nothing, or plenty."""
    cpu = [value for value in usage.days(PEAK_CPU, days=days) if value is not None]
    if any(value > most_cpu for value in cpu):
        return Fine()
    traffic = [value for value in usage.total(*TRAFFIC, days=days) if value is not None]
    p95 = usage.highest(P95_CPU, days=days)
    if len(cpu) < days or len(traffic) < days or p95 is None:
        return unmeasured(instance, since=instance.launched_at, days=days, what="CPU and network")
    if max(cpu) < cpu_of_use(instance, percent=IDLE_CPU) and max(traffic) < IDLE_MB * 1e6:
        return Fine("It does next to nothing: its size is not the question.")
    memory = usage.highest(MEMORY, days=days)
    now = facts(instance.instance_type)
    return Demand(
        p95_cpu=p95,
        peak_cpu=max(cpu),
        memory_mib=None if memory is None or now is None else memory * now.memory_mib / 100,
        network_gbps=_rate(usage.highest(NETWORK[0], days=days), usage.highest(NETWORK[1], days=days), unit=1e9),
        ebs_mbps=_rate(*(usage.highest(metric, days=days) for metric in DISKS), unit=1e6),
    )


def _rate(*bytes_a_sample: float | None, unit: float) -> float | None:
    """Bits a second of the busiest sample of each together; None where one of them was not measured."""
    known = [value for value in bytes_a_sample if value is not None]
    return sum(known) * BITS / SAMPLE_SECONDS / unit if len(known) == len(bytes_a_sample) else None


def saved_by(instance: Instance, candidate: Candidate) -> Share:
    """What the change saves, by list prices, which are of Linux: of any other platform nobody tells."""
    if instance.platform != "Linux/UNIX":
        return UNTOLD
    now, then = (f"BoxUsage:{one}" for one in (instance.instance_type, candidate.name))
    return Share(from_price=now, to_price=then, is_by_list=True)


def told(instance: Instance, candidate: Candidate, demand: Demand, *, days: int) -> str:
    """Why a candidate would do, as sentences with numbers."""
    now, then = facts(instance.instance_type), candidate.facts
    memory = (
        f"Its memory is not measured, so {candidate.name} has no less."
        if demand.memory_mib is None
        else f"It used at most {demand.memory_mib / 1024:.1f} GiB of memory."
    )
    return (
        f"{instance.instance_type} ({_has(now)}): over the last {days} days 95 % of a day's CPU samples were at "
        f"{demand.p95_cpu:.1f} % or below, and none above {demand.peak_cpu:.1f} %. {memory} "
        f"{candidate.name} ({_has(then)}) carries that at {candidate.price_share * 100:.0f} % of the list price. "
        "EBS operations a second were not compared."
    )


def _has(one: TypeFacts | None) -> str:
    return "" if one is None else f"{one.vcpus} vCPU, {one.memory_mib / 1024:g} GiB"

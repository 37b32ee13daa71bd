"""Where CloudWatch's agent, which customers install on their machines, reports use of memory and of the GPU."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from connections.provider import Call

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from connections.providers.aws.reader import Listing, Reader
    from connections.resources import Instance

AGENT, MEMORY, GPU = "CWAgent", "mem_used_percent", "nvidia_smi_utilization_gpu"
GPU_FAMILIES = ("g", "p")  # the names of types with GPUs begin so
LIST_METRICS = Call(
    service="cloudwatch",
    operation="ListMetrics",
    action="cloudwatch:ListMetrics",
    why="Tells of which machines the memory and GPUs and of which functions the memory is measured, by agents and "
    "layers that you install, of which buckets S3 Storage Lens publishes metrics, whether logs of other accounts are "
    "copied here, and which VPN connections there are: their own listing holds keys, and is not called.",
    cheapest={"Namespace": AGENT, "MetricName": MEMORY},
)


def agents(reader: Reader) -> Listing[dict[str, str]]:
    """The dimensions of each series of memory in use; which there are is up to each agent's configuration."""
    return reader.listing(LIST_METRICS, result="Metrics", row=_dimensions, Namespace=AGENT, MetricName=MEMORY)


def with_agents(instances: Iterable[Instance], listed: Listing[dict[str, str]]) -> Iterator[Instance]:
    """Machines with what their agent reports under. Of several series of a machine, such as those of its earlier types,
    the one that names its present type and the most else is taken.
    """
    found = _by_instance(listed)
    for instance in instances:
        pairs = _best(_own(instance, found))
        yield replace(instance, agent_dimensions=pairs if pairs or listed.is_complete else None)


def with_gpus(reader: Reader, instances: Iterable[Instance]) -> Iterator[Instance]:
    """Machines with what their agent reports their GPU under; not asked for where no machine can have any. Of several
    GPUs each has series of its own, and one would not tell of the others: then there is none to read.
    """
    rows = tuple(instances)
    if not any(one.instance_type.startswith(GPU_FAMILIES) for one in rows):
        yield from (replace(one, gpu_dimensions=()) for one in rows)
        return
    listed = reader.listing(LIST_METRICS, result="Metrics", row=_dimensions, Namespace=AGENT, MetricName=GPU)
    found = _by_instance(listed)
    for instance in rows:
        own = _own(instance, found)
        pairs = _best(own) if len({one.get("index") for one in own}) == 1 else ()
        yield replace(instance, gpu_dimensions=pairs if pairs or listed.is_complete else None)


def _by_instance(listed: Listing[dict[str, str]]) -> dict[str, list[dict[str, str]]]:
    found: dict[str, list[dict[str, str]]] = {}
    for dimensions in listed.rows:
        found.setdefault(dimensions.get("InstanceId", ""), []).append(dimensions)
    return found


def _own(instance: Instance, found: dict[str, list[dict[str, str]]]) -> list[dict[str, str]]:
    """The series of a machine, without those of its earlier types."""
    kind = instance.instance_type
    return [one for one in found.get(instance.resource_id, ()) if one.get("InstanceType", kind) == kind]


def _best(series: list[dict[str, str]]) -> tuple[str, ...]:
    """Names and values, in turn, of the series that names the most."""
    best = max(series, key=lambda one: (len(one), sorted(one.items())), default={})
    return tuple(part for pair in sorted(best.items()) for part in pair)


def _dimensions(item: dict[str, Any]) -> dict[str, str]:
    return {one["Name"]: one["Value"] for one in item["Dimensions"]}

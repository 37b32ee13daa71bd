"""Where CloudWatch's agent, which customers install on their machines, reports the memory that is in use."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from connections.provider import Call

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from connections.providers.aws.reader import Listing, Reader
    from connections.resources import Instance

AGENT, MEMORY = "CWAgent", "mem_used_percent"
LIST_METRICS = Call(
    service="cloudwatch",
    operation="ListMetrics",
    action="cloudwatch:ListMetrics",
    why="Tells of which machines and functions the memory is measured, by agents and layers that you install, and "
    "which VPN connections there are: their own listing holds keys, and is not called.",
    cheapest={"Namespace": AGENT, "MetricName": MEMORY},
)


def agents(reader: Reader) -> Listing[dict[str, str]]:
    """The dimensions of each series of memory in use; which there are is up to each agent's configuration."""
    return reader.listing(LIST_METRICS, result="Metrics", row=_dimensions, Namespace=AGENT, MetricName=MEMORY)


def with_agents(instances: Iterable[Instance], listed: Listing[dict[str, str]]) -> Iterator[Instance]:
    """Machines with what their agent reports under. Of several series of a machine, such as those of its earlier types,
    the one that names its present type and the most else is taken.
    """
    found: dict[str, list[dict[str, str]]] = {}
    for dimensions in listed.rows:
        found.setdefault(dimensions.get("InstanceId", ""), []).append(dimensions)
    for instance in instances:
        own = [
            one
            for one in found.get(instance.resource_id, ())
            if one.get("InstanceType", instance.instance_type) == instance.instance_type
        ]
        best = max(own, key=lambda one: (len(one), sorted(one.items())), default={})
        pairs = tuple(part for pair in sorted(best.items()) for part in pair)
        yield replace(instance, agent_dimensions=pairs if pairs or listed.is_complete else None)


def _dimensions(item: dict[str, Any]) -> dict[str, str]:
    return {one["Name"]: one["Value"] for one in item["Dimensions"]}

"""An Auto Scaling group replaces an instance as soon as it is stopped, and starts those of its warm pool again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connections.resources import Instance, Volume
from findings.trap import CHANGES, FINE, Caught, Clear, Look, Trap, Unchecked

if TYPE_CHECKING:
    from connections.resources import Thing


def look(thing: Thing) -> Look:
    if isinstance(thing, Volume):
        return _of_instances(thing)
    group = thing.autoscaling_group if isinstance(thing, Instance) else None
    if group:
        return Caught(f"Held by the group {group}, which would replace it.")
    return Clear("No Auto Scaling group holds it.")


def _of_instances(volume: Volume) -> Look:
    if volume.attached_states is None:
        return Unchecked("whether a group holds its instances")
    if volume.autoscaling_groups:
        groups = ", ".join(volume.autoscaling_groups)
        return Caught(f"Its instances are held by the group {groups}, which starts and replaces them.")
    return Clear("No Auto Scaling group holds an instance that it is attached to.")


trap = Trap(
    id="auto_scaling",
    title="Auto Scaling group",
    effect=FINE,
    look=look,
    stages=CHANGES,
    kinds=(Instance, Volume),
    meters=("BoxUsage", "SpotUsage"),
)

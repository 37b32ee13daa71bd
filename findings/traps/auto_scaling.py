"""An instance that an Auto Scaling group holds is replaced by it as soon as it is stopped."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connections.resources import Instance
from findings.trap import CHANGES, FINE, Caught, Clear, Look, Trap

if TYPE_CHECKING:
    from connections.resources import Thing


def look(thing: Thing) -> Look:
    group = thing.autoscaling_group if isinstance(thing, Instance) else None
    if group:
        return Caught(f"Held by the group {group}, which would replace it.")
    return Clear("No Auto Scaling group holds it.")


trap = Trap(
    id="auto_scaling",
    title="Auto Scaling group",
    effect=FINE,
    look=look,
    stages=CHANGES,
    kinds=(Instance,),
    meters=("BoxUsage", "SpotUsage"),
)

"""Groups of machines that are made and replaced by one template."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from connections.resources.thing import Thing


@dataclass(frozen=True, kw_only=True)
class AutoScalingGroup(Thing):
    """An Auto Scaling group. Nothing is charged for itself: its machines stand on the bill.

    `state` is empty but while it is being deleted. `instance_count` counts its machines that are in service,
    `instance_types` are theirs, and `warm_count` is how many it keeps ready beside them. `operator` is the service
    that runs it for its owner; "" where none does.
    """

    KIND: ClassVar[str] = "auto_scaling_group"
    SERVICE: ClassVar[str] = "autoscaling"

    state: str
    min_size: int
    max_size: int
    desired_count: int
    instance_count: int = 0
    instance_types: tuple[str, ...] = ()
    zones: tuple[str, ...] = ()
    warm_count: int = 0
    operator: str = ""

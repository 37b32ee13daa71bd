"""What a service of AWS runs for its owner, as the machines of EKS Auto Mode, the service alone may change."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connections.resources import Instance, Volume
from findings.rule import STAGES
from findings.trap import FINE, Caught, Clear, Look, Trap

if TYPE_CHECKING:
    from connections.resources import Thing


def look(thing: Thing) -> Look:
    operator = thing.operator if isinstance(thing, Instance | Volume) else ""
    if operator:
        return Caught(f"Run by {operator}, which alone may change it.")
    return Clear("No service runs it for its owner.")


trap = Trap(
    id="run_by_service",
    title="Run by a service",
    effect=FINE,
    look=look,
    stages=frozenset(STAGES),
    kinds=(Instance, Volume),
)

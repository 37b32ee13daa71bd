"""What is asked of any group of machines of a Kubernetes cluster before its types are set beside others. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from findings.aws_types import facts
from findings.rule import Fine, Unknown

if TYPE_CHECKING:
    from connections.resources.kubernetes import NodeGroup


def left_as_it_is(group: NodeGroup) -> Fine | Unknown | None:
    """What to say of a group whose types are not looked at, or not known; None where they are to be judged."""
    if group.state not in {"ACTIVE", "UPDATING", "DEGRADED"} or not group.desired_count:
        return Fine()
    if group.capacity != "ON_DEMAND":
        return Fine("The price of spare capacity follows demand, not the generation.")
    if not group.instance_types:
        return Unknown("which types the template of its machines names")
    if facts(group.instance_types[0]) is None:
        return Unknown(f"what a machine of type {group.instance_types[0]!r} has: the table of types does not tell")
    return None

"""Which type could take the place of another: as much of all it has, by the committed facts of types. Pure.

Which family follows which is a judgement, written down here and in `aws_generations`; whether a type of it really holds
as much is looked up. Nothing follows where the facts of either are not known.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from findings import aws_generations
from findings.aws_types import facts
from findings.rule import Fine, Unknown
from findings.traps import run_by_service

if TYPE_CHECKING:
    from connections.resources import Instance

# Tags by which services mark machines whose type is theirs to choose: changed by hand, it breaks or comes back.
# The last is of nodes that OpenShift, Cluster API or kops made.
MANAGED_BY = (
    *("aws:elasticmapreduce:", "aws:batch:", "aws:ec2:fleet-id", "aws:eks:", "eks:", "karpenter.sh/"),
    "kubernetes.io/cluster/",
)
# The Graviton family of the same generation of hardware: its list price is lower at every size that both have.
GRAVITON = {
    **dict.fromkeys(("c5", "c5a"), "c6g"),
    **dict.fromkeys(("c5ad", "c5d"), "c6gd"),
    **dict.fromkeys(("c6a", "c6i"), "c7g"),
    "c6id": "c7gd",
    **dict.fromkeys(("c7a", "c7i", "c7i-flex", "c8a", "c8i", "c8i-flex"), "c8g"),
    "c8id": "c8gd",
    **dict.fromkeys(("m5", "m5a"), "m6g"),
    **dict.fromkeys(("m5ad", "m5d"), "m6gd"),
    **dict.fromkeys(("m6a", "m6i"), "m7g"),
    "m6id": "m7gd",
    **dict.fromkeys(("m7a", "m7i", "m7i-flex", "m8a", "m8i", "m8i-flex"), "m8g"),
    "m8id": "m8gd",
    **dict.fromkeys(("r5", "r5a"), "r6g"),
    **dict.fromkeys(("r5ad", "r5d"), "r6gd"),
    **dict.fromkeys(("r6a", "r6i"), "r7g"),
    "r6id": "r7gd",
    **dict.fromkeys(("r7a", "r7i", "r8a", "r8i", "r8i-flex"), "r8g"),
    "r8id": "r8gd",
    **dict.fromkeys(("t3", "t3a"), "t4g"),
}
# Of RDS' earlier classes these alone are dearer than what follows them: db.t2, db.r3 and db.r4 cost what it costs.
DATABASE_FAMILIES = frozenset({"m1", "m2", "m3", "m4"})


def follower(instance_type: str) -> str:
    """The cheaper type of the next generation that has as much ("m4.large": "m5.large"); "" where there is none."""
    found = aws_generations.successor(instance_type)
    return found[0] if found and _holds(found[0], instance_type, architecture="x86_64") else ""


def graviton(instance_type: str) -> str:
    """The cheaper type with AWS' own ARM processor that has as much ("m5.large": "m6g.large"); "" where there is none.

    A type of an earlier generation has none: its successor comes first.
    """
    family, _, size = instance_type.partition(".")
    found = f"{GRAVITON[family]}.{size}" if family in GRAVITON else ""
    return found if found and _holds(found, instance_type, architecture="arm64") else ""


def database_graviton(instance_class: str) -> str:
    """The cheaper class with AWS' own ARM processor that has as much ("db.m5.large": "db.m6g.large"), or ""."""
    instance_type = instance_class.removeprefix("db.")
    found = graviton(instance_type).replace("7gd.", "6gd.")  # RDS has none of the seventh generation with own disks
    return f"db.{found}" if found and _holds(found, instance_type, architecture="arm64") else ""


def database_follower(instance_class: str) -> str:
    """The cheaper class of the next generation that has as much ("db.m4.large": "db.m5.large"); "" where none is."""
    instance_type = instance_class.removeprefix("db.")
    found = aws_generations.successor(instance_type)
    if not found or instance_type.partition(".")[0] not in DATABASE_FAMILIES:
        return ""
    return f"db.{found[0]}" if _holds(found[0], instance_type, architecture="x86_64") else ""


def left_as_it_is(instance: Instance) -> Fine | Unknown | None:
    """What to say of a machine whose type is not ours to judge; None where it may be set beside another."""
    if held := held_by_another(instance):
        return held
    if facts(instance.instance_type) is None:
        return Unknown(f"what a machine of type {instance.instance_type!r} has: the table of types does not tell")
    return None


def held_by_another(instance: Instance) -> Fine | None:
    """What to say of a machine that does not run on demand, or that somebody else starts and stops; else None."""
    if instance.state != "running" or instance.lifecycle != "on-demand":
        return Fine()
    if instance.autoscaling_group:
        return Fine(f"Held by the group {instance.autoscaling_group}, whose template chooses type and image.")
    if operated := run_by_operator(instance):
        return operated
    manager = next((key for key in sorted(instance.tags) if key.startswith(MANAGED_BY)), "")
    if manager:
        return Fine(f"The tag {manager} says that another service chooses its type.")
    return None


def run_by_operator(instance: Instance) -> Fine | None:
    """What to say of a machine that a service runs and alone may stop, such as EKS Auto Mode's; else None."""
    operated = run_by_service.trap.caught(instance)
    return Fine(operated) if operated else None


def has_same_disks(instance_type: str, counterpart: str) -> bool:
    """Whether the counterpart has as much disk in the machine itself, which a change of type empties in any case."""
    now, then = facts(instance_type), facts(counterpart)
    return bool(now and then and then.local_disk_gb >= now.local_disk_gb)


def _holds(counterpart: str, instance_type: str, *, architecture: str) -> bool:
    now, then = facts(instance_type), facts(counterpart)
    return bool(now and then and architecture in then.architectures and then.holds(now))

"""What has to be known of a cluster before one of its instances is called unused. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from findings.rule import Fine, Unknown, counted

if TYPE_CHECKING:
    from connections.resources.clusters import Member

AT_REST = frozenset({"stopped", "stopping"})


def left_alone(instance: Member) -> Fine | Unknown | None:
    """What to say of an instance whose cluster is not there for itself, or not known; None where its usage decides."""
    if left := _passing(instance.state, of="it"):
        return left
    if instance.cluster_state is None:
        return Unknown("how its cluster is, and whether it stands in for one in another region")
    if left := _passing(instance.cluster_state, of="its cluster"):
        return left
    if joined := instance.global_cluster or instance.replica_of or ", ".join(instance.copied_to):
        return Fine(f"Joined with {joined}: it may stand by for another region, or be copied there.")
    return None


def _passing(state: str, *, of: str) -> Fine | Unknown | None:
    """What to say of a state but available: one that is stopped is in order, of all others it is told afterwards."""
    if state in AT_REST:
        return Fine("It is stopped: only its storage is charged.")
    return None if state == "available" else Unknown(f"whether anybody uses it: the state of {of} is {state!r}")


def named(instance: Member) -> str:
    """An instance and its cluster, as a sentence begins with them."""
    return f"{instance.instance_class}, one of {counted(instance.member_count, 'instance')} of {instance.cluster_id}"

"""What has to be known of a cluster before one of its instances is called unused. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from findings.rule import Fine, Unknown, counted

if TYPE_CHECKING:
    from connections.resources.clusters import Member


def left_alone(instance: Member) -> Fine | Unknown | None:
    """What to say of an instance whose cluster is not there for itself, or not known; None where its usage decides."""
    if instance.state != "available":
        return Fine()
    if instance.cluster_state is None:
        return Unknown("how its cluster is, and whether it stands in for one in another region")
    if instance.cluster_state != "available":
        return Fine()
    if instance.global_cluster or instance.replica_of:
        joined = instance.global_cluster or instance.replica_of
        return Fine(f"Part of {joined}: it may stand by for another region, or be copied there.")
    return None


def named(instance: Member) -> str:
    """An instance and its cluster, as a sentence begins with them."""
    return f"{instance.instance_class}, one of {counted(instance.member_count, 'instance')} of {instance.cluster_id}"

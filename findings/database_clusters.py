"""What has to be known of a cluster of RDS before its usage says anything. Pure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from findings.rule import Fine, Unknown, counted

if TYPE_CHECKING:
    from connections.resources.databases import DatabaseCluster

AT_REST = frozenset({"stopped", "stopping"})
SERVERLESS = ("db.serverless",)
# As RDS names the copy of a blue/green deployment that is to take over.
GREEN = re.compile(r"-green-[0-9a-z]{6}$")


def left_alone(cluster: DatabaseCluster) -> Fine | Unknown | None:
    """What to say of a cluster that is not there for itself, costs next to nothing at rest, or is not known; None where
    its usage decides.
    """
    if cluster.state in AT_REST:
        return Fine("It is stopped: only its storage is charged.")
    if cluster.state != "available":
        return Unknown(f"whether anybody uses it: its state is {cluster.state!r}")
    if joined := cluster.global_cluster or cluster.replica_of or ", ".join(cluster.copied_to):
        return Fine(f"Joined with {joined}: it may stand by for another region, or be copied there.")
    if GREEN.search(cluster.name):
        return Fine("By its name the green side of a blue/green deployment: it waits to take over.")
    if cluster.engine_mode == "serverless" or cluster.scalability == "limitless":
        return Unknown("who uses it: it has no instances of its own that connections are counted by")
    return _at_nothing(cluster)


def _at_nothing(cluster: DatabaseCluster) -> Fine | Unknown | None:
    """What to say of a cluster whose instances may take no capacity while nobody is connected."""
    if cluster.min_capacity != 0 or not cluster.member_ids:
        return None
    if cluster.member_classes is None:
        return Unknown("whether all its instances are serverless, and pause while nobody is connected")
    if cluster.member_classes == SERVERLESS:
        return Fine("Its instances pause while nobody is connected: only its storage is charged.")
    return None


def told(cluster: DatabaseCluster) -> str:
    """A cluster and its instances, as a sentence begins with them."""
    classes = ", ".join(cluster.member_classes or ())
    return f"{counted(len(cluster.member_ids), 'instance')} ({cluster.engine}{classes and f'; {classes}'})"

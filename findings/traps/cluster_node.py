"""A machine of an EMR cluster is not stopped by itself: EMR takes it for lost, and starts another one in its place."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connections.resources import Instance
from findings.trap import CHANGES, FINE, Caught, Clear, Look, Trap

if TYPE_CHECKING:
    from connections.resources import Thing

CLUSTER_OF = "aws:elasticmapreduce:job-flow-id"  # a tag that EMR sets, and nobody else can


def look(thing: Thing) -> Look:
    if cluster := thing.tags.get(CLUSTER_OF):
        return Caught(f"A machine of the EMR cluster {cluster}: that is to be ended or made smaller instead.")
    return Clear("No tag says that a cluster of EMR runs it.")


trap = Trap(
    id="cluster_node",
    title="Cluster node",
    effect=FINE,
    look=look,
    stages=CHANGES,
    kinds=(Instance,),
    meters=("BoxUsage", "SpotUsage"),
    reads_tags=True,
)

"""Clusters of EMR and the machines that it starts for them."""

from __future__ import annotations

from connections.resources import Instance
from connections.resources.emr_clusters import EmrCluster
from findings.relation import GOES, Relation
from findings.traps.cluster_node import CLUSTER_OF

RELATIONS = (
    Relation(
        parent=EmrCluster,
        child=Instance,
        parents=lambda machine: (machine.tags[CLUSTER_OF],) if CLUSTER_OF in machine.tags else (),
        fate=lambda _: GOES,
        words={GOES: "Terminated with the cluster."},
    ),
)

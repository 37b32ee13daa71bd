"""Clusters of RDS and the instances that serve them."""

from __future__ import annotations

from connections.resources import Database
from connections.resources.databases import DatabaseCluster
from findings.relation import GOES, Relation

RELATIONS = (
    Relation(
        parent=DatabaseCluster,
        child=Database,
        parents=lambda database: (database.cluster_key,) if database.cluster_key else (),
        fate=lambda _: GOES,
        words={GOES: "Deleted before its cluster, which does not go while it has an instance."},
    ),
)

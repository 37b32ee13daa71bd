"""Instances of database clusters whose services share the API of RDS."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from connections.resources.thing import Thing

if TYPE_CHECKING:
    from datetime import datetime


@dataclass(frozen=True, kw_only=True)
class Member:
    """What an instance and its cluster say of it. Each instance is billed for itself, and used as a part of the whole.

    `cluster_id` names the cluster, `cluster_state` is how that is (None: it could not be read), `member_count` how many
    instances it has, and `cluster_created_at` since when it stands. `global_cluster` names what it is a part of across
    regions, `replica_of` the cluster that it follows ("": none), and `copied_to` are those that follow it.
    """

    state: str
    instance_class: str
    cluster_id: str
    cluster_state: str | None = None
    cluster_created_at: datetime | None = None
    member_count: int = 0
    global_cluster: str = ""
    replica_of: str = ""
    copied_to: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class DocumentInstance(Member, Thing):
    """An instance of a DocumentDB cluster."""

    KIND: ClassVar[str] = "document_instance"
    SERVICE: ClassVar[str] = "docdb"


@dataclass(frozen=True, kw_only=True)
class GraphInstance(Member, Thing):
    """An instance of a Neptune cluster."""

    KIND: ClassVar[str] = "graph_instance"
    SERVICE: ClassVar[str] = "neptune"

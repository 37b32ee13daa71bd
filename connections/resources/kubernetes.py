"""Managed Kubernetes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from connections.resources.thing import Thing

if TYPE_CHECKING:
    from datetime import datetime


@dataclass(frozen=True, kw_only=True)
class KubernetesCluster(Thing):
    """A cluster whose control plane the provider runs. `version` is of Kubernetes ("1.33").

    `version_support` is how the provider supports that version today (STANDARD_SUPPORT, EXTENDED_SUPPORT or
    UNSUPPORTED; None: its list of versions could not be read, or does not have it), and `standard_support_ends_at` when
    it does so at no extra price no longer. `upgrade_policy` is what happens then: STANDARD upgrades the cluster,
    EXTENDED leaves it and charges more.
    """

    KIND: ClassVar[str] = "kubernetes_cluster"
    SERVICE: ClassVar[str] = "eks"

    state: str
    version: str
    upgrade_policy: str | None = None
    version_support: str | None = None
    standard_support_ends_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class NodeGroup(Thing):
    """Machines of a cluster that the provider starts and replaces. `capacity` is ON_DEMAND, SPOT or CAPACITY_BLOCK.

    `image_type` names operating system and architecture, CUSTOM where the image is the customer's own. `instance_types`
    are in the order in which they are tried; empty where a template of the customer's names them.
    """

    KIND: ClassVar[str] = "node_group"
    SERVICE: ClassVar[str] = "eks"

    state: str
    cluster_name: str
    capacity: str
    image_type: str
    instance_types: tuple[str, ...] = ()
    desired_count: int = 0

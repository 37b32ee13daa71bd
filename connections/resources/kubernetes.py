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

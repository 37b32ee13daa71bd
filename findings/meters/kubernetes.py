"""Managed Kubernetes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connections.resources.kubernetes import KubernetesCluster
from findings.prices import HOURS_A_MONTH

if TYPE_CHECKING:
    from decimal import Decimal

PER_CLUSTER, EXTENDED = "AmazonEKS-Hours:perCluster", "AmazonEKS-Hours:extendedSupport"


def _cluster(cluster: KubernetesCluster) -> tuple[tuple[str, Decimal], ...]:
    """The control plane alone: nodes are machines of their own."""
    own = ((PER_CLUSTER, HOURS_A_MONTH),)
    return (*own, (EXTENDED, HOURS_A_MONTH)) if cluster.version_support == "EXTENDED_SUPPORT" else own


METERS = {KubernetesCluster: _cluster}

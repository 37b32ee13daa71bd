"""Clusters that work through large amounts of data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from connections.resources.thing import Thing


@dataclass(frozen=True, kw_only=True)
class EmrCluster(Thing):
    """A cluster of EMR that is not terminated. `state` in the provider's word: WAITING is up, with no step to do.

    `is_scaled_by_emr`: EMR scales it by what YARN has to do, which it does for YARN's applications alone; None: could
    not be read.
    """

    KIND: ClassVar[str] = "emr_cluster"
    SERVICE: ClassVar[str] = "emr"

    state: str
    is_scaled_by_emr: bool | None = None

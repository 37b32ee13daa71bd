"""Snapshots that are kept ready for volumes that are fast from their first read on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from connections.resources.thing import Thing


@dataclass(frozen=True, kw_only=True)
class FastRestore(Thing):
    """Fast snapshot restore of one snapshot in one zone, switched on by this account. `name` is the snapshot's id.

    `state` is enabling, optimizing, enabled, disabling or disabled, and `created_at` when it was enabled. `tags` are
    the snapshot's own. `zone_count` is in how many zones of the region it is switched on for that snapshot: the bill
    has one meter for all of them.
    """

    KIND: ClassVar[str] = "fast_restore"
    SERVICE: ClassVar[str] = "ec2"
    ARN: ClassVar[str] = "arn:aws:ec2:{region}:{account_id}:snapshot/{name}"

    state: str
    zone: str
    zone_count: int = 1

"""Fast snapshot restores: charged by the hour in each zone, and perhaps under no snapshot's name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connections.resources.fast_restores import FastRestore
from findings.prices import HOURS_A_MONTH

if TYPE_CHECKING:
    from decimal import Decimal

FAST_RESTORE = "EBS:FastSnapshotRestore"


def _restore(restore: FastRestore) -> tuple[tuple[str, Decimal], ...]:
    """That of the snapshot in all of its zones, as its bill lines are: a rule takes one zone's share of them."""
    return ((FAST_RESTORE, HOURS_A_MONTH * restore.zone_count),)


METERS = {FastRestore: _restore}

"""Search collections of OpenSearch Serverless."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from connections.resources.search import SearchCollection
from findings.prices import HOURS_A_MONTH

if TYPE_CHECKING:
    from findings.meters import Meters

HALF = Decimal("0.5")


def _collection(collection: SearchCollection) -> Meters:
    """The least that a collection by itself is kept ready with: half a unit each, or two halves with a standby."""
    units = HALF * 2 if collection.has_standby else HALF
    return (("IndexingOCU", units * HOURS_A_MONTH), ("SearchOCU", units * HOURS_A_MONTH))


METERS = {SearchCollection: _collection}

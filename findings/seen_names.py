"""What an audit has seen, by the names that a bill may have for it: ids, however much is known of each."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

from connections.bill_ids import bill_ids
from findings.commitment_bills import COMMITMENTS, is_named

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from connections.resources import Thing

Name = tuple[str, str]  # account and the id that the bill has


class Own(NamedTuple):
    """What a bill is to know of a resource that the audit has seen."""

    row_id: UUID
    kind: type[Thing]
    observed_at: datetime


class Names:
    """What the audit has seen, by the names that a bill may have for it: of each its ids, and of commitments all."""

    def __init__(self) -> None:
        self._known: dict[str, dict[str, Own]] = defaultdict(dict)
        self._commitments: list[tuple[Own, Thing]] = []

    def add(self, row_id: UUID, thing: Thing) -> None:
        """Take in a resource."""
        own = Own(row_id, type(thing), thing.observed_at)
        self._known[thing.account_id] |= dict.fromkeys(bill_ids(thing), own)
        if isinstance(thing, COMMITMENTS):
            self._commitments.append((own, thing))

    def called(self, name: Name) -> Own | None:
        """The resource that a bill calls so."""
        return self._known.get(name[0], {}).get(name[1])

    def commitment(self, commitment_id: str) -> Own | None:
        """The commitment that a bill calls so."""
        return next((own for own, thing in self._commitments if is_named(commitment_id, thing)), None)

    def __bool__(self) -> bool:
        return bool(self._known)

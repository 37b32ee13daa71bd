"""What the generator makes: resources with their truth, their usage and their charges, before any wire format."""

from __future__ import annotations

import hashlib
import random
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping
    from decimal import Decimal

HISTORY_DAYS = 45


@dataclass(frozen=True, kw_only=True)
class Charge:
    """One meter that runs day after day.

    Either `per_day` units a day, or `held` units (GiB, IOPS) that the provider spreads evenly over the days of a month.
    `is_covered`: paid by the savings plan. Billed from `first` to `last`, both included.
    """

    service: str
    meter: str
    operation: str
    description: str
    unit: str
    price: Decimal
    per_day: Decimal | None = None
    held: Decimal | None = None
    is_covered: bool = False
    first: date
    last: date


@dataclass(kw_only=True)
class Item:
    """One resource. `bill_id` is what the bill calls it, `native_id` what its own API calls it."""

    kind: str
    account: str
    region: str
    native_id: str
    bill_id: str
    case: str
    created_at: datetime
    name: str = ""
    tags: dict[str, str] = field(default_factory=dict)
    facts: dict[str, Any] = field(default_factory=dict)
    wastes: tuple[str, ...] = ()
    unknowns: tuple[str, ...] = ()
    trap: str = ""
    charges: list[Charge] = field(default_factory=list)
    is_in_inventory: bool = True


# (namespace, metric, dimension name, dimension value) -> statistic -> one value a day, oldest first, None: no data
Series = dict[tuple[str, str, str, str], "Mapping[str, list[float | None]]"]


@dataclass(kw_only=True)
class Estate:
    """Everything that stands in the organisation on one day. `as_of` is midnight UTC, the end of the last billed
    day.
    """

    seed: int
    as_of: datetime
    items: list[Item] = field(default_factory=list)
    series: dict[tuple[str, str], Series] = field(default_factory=dict)

    def of(self, kind: str) -> list[Item]:
        return [item for item in self.items if item.kind == kind]


class Draw:
    """Seeded chance. An id depends on the seed and on the name that it is drawn for, not on the order of drawing."""

    def __init__(self, seed: int, as_of: datetime) -> None:
        self.seed = seed
        self.as_of = as_of
        self.random = random.Random(f"costframe-sandbox-{seed}")
        self._count = 0

    def hex(self, length: int) -> str:
        self._count += 1
        return hashlib.sha256(f"{self.seed}/{self._count}".encode()).hexdigest()[:length]

    def id(self, prefix: str) -> str:
        return f"{prefix}-0{self.hex(16)}"

    def ago(self, days: float) -> datetime:
        """A moment so many days before `as_of`, on a whole second."""
        return (self.as_of - timedelta(days=days)).replace(microsecond=0)

    def days(self, low: int, high: int) -> int:
        return self.random.randint(low, high)

    def chance(self, probability: float) -> bool:
        return self.random.random() < probability


def midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)

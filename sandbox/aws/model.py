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
    """One resource. `bill_id` is what the bill calls it, `native_id` what its own API calls it.

    `wastes`, `fines` and `unknowns` are the ids of the rules that must call it so. `saves` says which fraction of its
    cost is saved by what a rule of `wastes` asks for: all of it where the rule is not named, None where no figure can
    be told. `parts` says of a rule which word the meters have that it saves alone: then the fraction is one of these.
    `silent` are the rules of `wastes` whose savings stay estimates: CloudWatch tells nothing of the usage, or they go
    by list prices.
    `shape` is the resource as the listing of its API answers it, where a family answers from data.
    """

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
    shape: dict[str, Any] = field(default_factory=dict)
    wastes: tuple[str, ...] = ()
    fines: tuple[str, ...] = ()
    unknowns: tuple[str, ...] = ()
    saves: Mapping[str, Decimal | None] = field(default_factory=dict)
    parts: Mapping[str, str] = field(default_factory=dict)
    silent: tuple[str, ...] = ()
    trap: str = ""
    charges: list[Charge] = field(default_factory=list)
    is_in_inventory: bool = True


# (namespace, metric, dimension name, its value, further names and values in the names' order) -> statistic -> one value
# a day, or an hour, oldest first, None: no data
Series = dict[tuple[str, ...], "Mapping[str, list[float | None]]"]


def series_key(namespace: str, metric: str, dimensions: Mapping[str, str]) -> tuple[str, ...]:
    """What a series is kept under, in whichever order its dimensions come."""
    return (namespace, metric, *(part for pair in sorted(dimensions.items()) for part in pair))


@dataclass(kw_only=True)
class Estate:
    """Everything that stands in the organisation on one day. `as_of` is midnight UTC, the end of the last billed
    day.

    `empty_regions` are switched on besides those that anything stands in.
    `series` and `hours` are by account and region. Of a series that is not in `hours`, the hours of a day are drawn
    from the day's values. For the dimension values in `unanswered`, CloudWatch answers with an error of its own in
    place of values.
    """

    seed: int
    as_of: datetime
    items: list[Item] = field(default_factory=list)
    series: dict[tuple[str, str], Series] = field(default_factory=dict)
    hours: dict[tuple[str, str], Series] = field(default_factory=dict)
    unanswered: set[str] = field(default_factory=set)
    empty_regions: tuple[str, ...] = ()

    def of(self, kind: str) -> list[Item]:
        return [item for item in self.items if item.kind == kind]


class Draw:
    """Seeded chance. Each family draws its own, so that a case more in one of them leaves the others as they were."""

    def __init__(self, seed: int, as_of: datetime, *, family: str = "") -> None:
        self.seed = seed
        self.as_of = as_of
        self.family = family
        self.random = random.Random(f"costframe-sandbox-{seed}-{family}")
        self._count = 0

    def hex(self, length: int) -> str:
        self._count += 1
        return hashlib.sha256(f"{self.seed}/{self.family}/{self._count}".encode()).hexdigest()[:length]

    def id(self, prefix: str) -> str:
        return f"{prefix}-0{self.hex(16)}"

    def ago(self, days: float) -> datetime:
        """A moment so many days before `as_of`, on a whole second."""
        return (self.as_of - timedelta(days=days)).replace(microsecond=0)

    def days(self, low: int, high: int) -> int:
        return self.random.randint(low, high)

    def chance(self, probability: float) -> bool:
        return self.random.random() < probability


def all_but(rules: tuple[str, ...], *taken: tuple[str, ...]) -> tuple[str, ...]:
    """The rules that no other verdict takes."""
    return tuple(rule for rule in rules if not any(rule in some for some in taken))


def midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)

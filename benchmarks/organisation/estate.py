"""What stands in an organisation: accounts, the regions they are at home in, and the resources of each such place.

Everything follows from numbers, so that a place is made when it is asked for, and the same each time.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

from benchmarks.organisation import things
from benchmarks.organisation.drawn import Drawn
from sandbox.aws import names
from sandbox.aws.model import Estate

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

EMPTY_REGIONS = (
    *("us-east-2", "us-west-1", "us-west-2", "ca-central-1", "sa-east-1", "eu-central-1", "eu-west-2", "eu-west-3"),
    *("eu-north-1", "ap-south-1", "ap-northeast-1", "ap-northeast-2", "ap-northeast-3", "ap-southeast-1"),
)
REGIONS = (*names.REGIONS, *EMPTY_REGIONS)
AT_HOME = 3  # regions of an account that anything stands in
MEMBERS_FROM, MEMBERS_STEP, MEMBERS_RANGE = 400_000_000_000, 7_919_000_019, 500_000_000_000
PLACES_KEPT = 24
FILLS = "log_group"  # the kind of which there are as many as are left over
FEWEST = 2 * len(things.KINDS)  # resources of a place


@dataclass(frozen=True, kw_only=True)
class Sizes:
    """How large an organisation is: its accounts, and the resources of all of them together."""

    accounts: int
    resources: int

    @cached_property
    def account_ids(self) -> tuple[str, ...]:
        """The payer first, since it must stand in the region of the export's bucket."""
        members = (MEMBERS_FROM + number * MEMBERS_STEP % MEMBERS_RANGE for number in range(1, self.accounts))
        return (names.PAYER, *(f"{one:012d}" for one in members))

    @cached_property
    def places(self) -> tuple[tuple[str, str], ...]:
        """Where anything stands: (account, region)."""
        return tuple(
            (account_id, REGIONS[(first + number) % len(REGIONS)])
            for first, account_id in enumerate(self.account_ids)
            for number in range(AT_HOME)
        )

    @property
    def of_a_place(self) -> int:
        return max(self.resources // len(self.places), FEWEST)


@dataclass(frozen=True, kw_only=True)
class Place:
    """One region of one account. `idle` are the names under which CloudWatch knows what nobody uses."""

    estate: Estate
    idle: frozenset[str] = frozenset()


class Organisation:
    """All places, each made when it is asked for; those that were asked for last are kept."""

    def __init__(self, sizes: Sizes, *, as_of: datetime) -> None:
        self.sizes, self.as_of = sizes, as_of
        self.nothing = Place(estate=self._empty())
        self._numbers = {place: number for number, place in enumerate(sizes.places)}
        self._made = lru_cache(maxsize=PLACES_KEPT)(self._make)

    def is_home(self, account_id: str, region: str) -> bool:
        return (account_id, region) in self._numbers

    def place(self, account_id: str, region: str) -> Place:
        return self._made(account_id, region) if self.is_home(account_id, region) else self.nothing

    def all_places(self) -> Iterator[Place]:
        """Each of them, without keeping any."""
        return (self._make(*where) for where in self.sizes.places)

    def _empty(self) -> Estate:
        return Estate(seed=0, as_of=self.as_of, empty_regions=EMPTY_REGIONS)

    def _make(self, account_id: str, region: str) -> Place:
        estate, number = self._empty(), self._numbers[account_id, region]
        for kind, count in counts(self.sizes.of_a_place).items():
            for at in range(count):
                drawn = Drawn(kind=kind, account=account_id, region=region, place=number, at=at, as_of=self.as_of)
                estate.items.append(things.KINDS[kind][1](drawn))
        idle = (item for item in estate.items if item.case == "wasted")
        known_as = (one for item in idle for one in (item.name, item.native_id, item.facts.get("measured_as", "")))
        return Place(estate=estate, idle=frozenset(known_as) - {""})


def counts(total: int) -> dict[str, int]:
    """How many of each kind stand in a place of so many resources; at least one of each."""
    found = {kind: max(1, round(percent * total / 100)) for kind, (percent, _) in things.KINDS.items()}
    found["volume"] = 2 * found["instance"]
    others = sum(count for kind, count in found.items() if kind != FILLS)
    return {**found, FILLS: max(1, total - others)}

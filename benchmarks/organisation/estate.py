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
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from sandbox.aws.model import Item

EMPTY_REGIONS = (
    *("us-east-2", "us-west-1", "us-west-2", "ca-central-1", "sa-east-1", "eu-central-1", "eu-west-2", "eu-west-3"),
    *("eu-north-1", "ap-south-1", "ap-northeast-1", "ap-northeast-2", "ap-northeast-3", "ap-southeast-1"),
)
REGIONS = (*names.REGIONS, *EMPTY_REGIONS)
AT_HOME = 3  # regions of an account that anything stands in
MEMBERS_FROM, MEMBERS_STEP, MEMBERS_RANGE = 400_000_000_000, 7_919_000_019, 500_000_000_000
KINDS_KEPT = 400  # lists of what stands in a place
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


class PlaceEstate(Estate):
    """What stands in one region of one account, of which a kind is made when it is asked for."""

    def __init__(self, kind_of: Callable[[str], list[Item]], *, as_of: datetime) -> None:
        self._kind_of = kind_of
        super().__init__(seed=0, as_of=as_of, empty_regions=EMPTY_REGIONS)

    @property
    def items(self) -> list[Item]:
        """All of it."""
        return [item for kind in things.KINDS for item in self.of(kind)]

    @items.setter
    def items(self, _: list[Item]) -> None:
        """Nothing is put here: it follows from numbers."""

    def of(self, kind: str) -> list[Item]:
        return self._kind_of(kind) if kind in things.KINDS else []


class Organisation:
    """All places. Of what was made for them, that which was asked for last is kept."""

    def __init__(self, sizes: Sizes, *, as_of: datetime) -> None:
        self.sizes, self.as_of = sizes, as_of
        self.nothing = PlaceEstate(lambda _: [], as_of=as_of)
        self._counts = counts(sizes.of_a_place)
        self._numbers = {place: number for number, place in enumerate(sizes.places)}
        self._made = lru_cache(maxsize=KINDS_KEPT)(self._make)
        self._idle = lru_cache(maxsize=None)(self._idle_of)

    def estate(self, account_id: str, region: str) -> PlaceEstate:
        """What stands there; `nothing` where the account is not at home."""
        if (account_id, region) not in self._numbers:
            return self.nothing
        return PlaceEstate(lambda kind: self._made(account_id, region, kind), as_of=self.as_of)

    def idle(self, account_id: str, region: str) -> frozenset[str]:
        """The names under which CloudWatch knows what nobody uses there."""
        return self._idle(account_id, region) if (account_id, region) in self._numbers else frozenset()

    def all_items(self) -> Iterator[Item]:
        """Everything that stands anywhere."""
        for account_id, region in self.sizes.places:
            for kind in things.KINDS:
                yield from self._make(account_id, region, kind)

    def _drawn(self, account_id: str, region: str, kind: str) -> Iterator[Drawn]:
        place = self._numbers[account_id, region]
        for at in range(self._counts[kind]):
            yield Drawn(kind=kind, account=account_id, region=region, place=place, at=at, as_of=self.as_of)

    def _make(self, account_id: str, region: str, kind: str) -> list[Item]:
        return [things.KINDS[kind][1](drawn) for drawn in self._drawn(account_id, region, kind)]

    def _idle_of(self, account_id: str, region: str) -> frozenset[str]:
        drawn = (one for kind in things.KINDS for one in self._drawn(account_id, region, kind) if one.is_wasted)
        made = [things.KINDS[one.kind][1](one) for one in drawn]
        known_as = (name for one in made for name in (one.name, one.native_id, one.facts.get("measured_as", "")))
        return frozenset(known_as) - {""}


def counts(total: int) -> dict[str, int]:
    """How many of each kind stand in a place of so many resources; at least one of each."""
    found = {kind: max(1, round(percent * total / 100)) for kind, (percent, _) in things.KINDS.items()}
    found["volume"] = 2 * found["instance"]
    others = sum(count for kind, count in found.items() if kind != FILLS)
    return {**found, FILLS: max(1, total - others)}

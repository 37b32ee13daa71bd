"""Which places of an audit need no call: nothing is offered there, or the bill says that nothing stands there.

Plain values: what a place is, what a bill names, what was seen before, and what follows from it.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

FEWEST_DAYS = 14  # of complete bill, below which it says nothing of what it does not name
MOST_DAYS = 30  # of bill that are looked at
REMEMBERED_NIGHTS = 30  # how long a place is read in which something stood that no bill names
ONE_IN = 20  # of the places that are left out, how many are read all the same
EVERYWHERE = frozenset({"", "global"})  # what bills write where a charge is of no one region
MAKERS = ("amazon ", "aws ")


class Plan(StrEnum):
    """Why a step is made without a call, or why one is made although the bill names nothing there."""

    ORDINARY = ""
    NOT_OFFERED = "NOT_OFFERED"
    NOT_BILLED = "NOT_BILLED"
    SPOT_CHECK = "SPOT_CHECK"
    SEEN_BEFORE = "SEEN_BEFORE"

    @property
    def is_called(self) -> bool:
        """Whether the step reads anything."""
        return self not in {Plan.NOT_OFFERED, Plan.NOT_BILLED}


@dataclass(frozen=True, kw_only=True)
class Place:
    """A service in a region of one account, and what is known of it beforehand.

    `billed_as` are the names under which a bill would have whatever stands there, none where no bill tells.
    """

    account_id: str
    region: str
    service: str
    billed_as: tuple[str, ...] = ()
    is_regional: bool = True
    is_offered: bool = True


@dataclass(frozen=True, kw_only=True)
class Billed:
    """What a bill of one account charges for: (service's name, region), in `days` complete days of it."""

    days: int
    charged: frozenset[tuple[str, str]]

    def has(self, place: Place) -> bool:
        """Whether it charges for something there. What is charged in no one region may stand in any."""
        names = tuple(_plain(name) for name in place.billed_as)
        return any(
            _plain(service).startswith(names)
            for service, region in self.charged
            if not place.is_regional or region in EVERYWHERE or region == place.region
        )


NOTHING_BILLED = Billed(days=0, charged=frozenset())  # no bill tells


@dataclass(frozen=True, kw_only=True)
class Planned:
    """What becomes of a place. `billed_days` is how many days of bill name nothing there, None where none was asked."""

    plan: Plan = Plan.ORDINARY
    billed_days: int | None = None


CALLED = Planned()


def planned(place: Place, *, billed: Billed, seen: Collection[tuple[str, str]], night: str) -> Planned:
    """Whether a place is read.

    `seen` are the (service, region) in which something stood during the last `REMEMBERED_NIGHTS`; of a service that is
    of no one region, any region counts. `night` names the night for which spot checks are chosen.
    """
    is_named = bool(place.billed_as) and billed.has(place)
    if is_named:
        return CALLED
    is_told = bool(place.billed_as) and billed.days >= FEWEST_DAYS
    if place.is_offered and not is_told:
        return CALLED
    days = billed.days if is_told else None
    if _stood(place, seen):
        return Planned(plan=Plan.SEEN_BEFORE, billed_days=days)
    if not place.is_offered:
        return Planned(plan=Plan.NOT_OFFERED)
    plan = Plan.SPOT_CHECK if is_drawn(place, night=night) else Plan.NOT_BILLED
    return Planned(plan=plan, billed_days=days)


def can_be_told(place: Place) -> bool:
    """Whether a bill that comes later can change what becomes of a place."""
    return bool(place.billed_as) and place.is_offered


def is_drawn(place: Place, *, night: str) -> bool:
    """Whether a place is one of a night's spot checks: the same for whoever asks, and other ones each night."""
    key = f"{night} {place.account_id} {place.region} {place.service}"
    return int.from_bytes(hashlib.sha256(key.encode()).digest()[:8]) % ONE_IN == 0


def told(plan: str, *, billed_days: int | None) -> str:
    """Why a step made no call, or made one all the same, in words; "" for an ordinary one."""
    nothing = f"nothing billed there in {billed_days} days"
    no_bill = "not offered in this region" if billed_days is None else nothing
    return {
        Plan.NOT_OFFERED: "not offered in this region",
        Plan.NOT_BILLED: nothing,
        Plan.SPOT_CHECK: f"spot check: {nothing}",
        Plan.SEEN_BEFORE: f"{no_bill}, yet something was seen in the last {REMEMBERED_NIGHTS} nights",
    }.get(Plan(plan), "")


def _stood(place: Place, seen: Iterable[tuple[str, str]]) -> bool:
    return any(
        service == place.service and (not place.is_regional or region == place.region) for service, region in seen
    )


def _plain(name: str) -> str:
    plain = name.strip().lower()
    return next((plain.removeprefix(maker) for maker in MAKERS if plain.startswith(maker)), plain)

"""Which places of an audit need no call: nothing is offered there, or the bill or AWS Config says that nothing stands
there.

Plain values: what a place is, what a bill and a record name, what was seen before, and what follows from it.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from connections.provider import Record

FEWEST_DAYS = 14  # of complete bill, below which it says nothing of what it does not name
MOST_DAYS = 30  # of bill that are looked at
REMEMBERED_NIGHTS = 30  # how long a place is read in which something stood that no bill names
ONE_IN = 20  # of the places that are left out, how many are read all the same
EVERYWHERE = frozenset({"", "global"})  # what bills write where a charge is of no one region
MAKERS = ("amazon ", "aws ")


class Plan(StrEnum):
    """Why a step is made without a call, or why one is made although nobody names anything there."""

    ORDINARY = ""
    NOT_OFFERED = "NOT_OFFERED"
    NOT_BILLED = "NOT_BILLED"
    NOT_RECORDED = "NOT_RECORDED"
    SPOT_CHECK = "SPOT_CHECK"
    SEEN_BEFORE = "SEEN_BEFORE"

    @property
    def is_called(self) -> bool:
        """Whether the step reads anything."""
        return self not in {Plan.NOT_OFFERED, Plan.NOT_BILLED, Plan.NOT_RECORDED}


@dataclass(frozen=True, kw_only=True)
class Place:
    """A service in a region of one account, and what is known of it beforehand.

    `billed_as` are the names under which a bill would have whatever stands there, none where no bill tells;
    `recorded_as` the types under which AWS Config would, none where it does not know them all.
    """

    account_id: str
    region: str
    service: str
    billed_as: tuple[str, ...] = ()
    recorded_as: frozenset[str] = frozenset()
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
    """What becomes of a place. `billed_days` is how many days of bill name nothing there, None where none was asked.

    `is_recorded` is whether AWS Config has anything there, None where it does not tell.
    """

    plan: Plan = Plan.ORDINARY
    billed_days: int | None = None
    is_recorded: bool | None = None


CALLED = Planned()


def recorded_there(place: Place, *, records: Mapping[str, Record]) -> bool | None:
    """Whether a record of the place's region has anything that it would yield; None where none tells of all of it."""
    record = records.get(place.region)
    if record is None or not place.recorded_as:
        return None
    if record.standing & place.recorded_as:
        return True
    return False if place.recorded_as <= record.told_of else None


def planned(
    place: Place, *, billed: Billed, is_recorded: bool | None, seen: Collection[tuple[str, str]], night: str
) -> Planned:
    """Whether a place is read: left out only where bill or record says that nothing stands there, and neither names it.

    `seen` are the (service, region) in which something stood during the last `REMEMBERED_NIGHTS`; of a service that is
    of no one region, any region counts. `night` names the night for which spot checks are chosen.
    """
    is_billed_telling = bool(place.billed_as) and billed.days >= FEWEST_DAYS
    is_named = is_recorded or (bool(place.billed_as) and billed.has(place))
    is_told = is_billed_telling or is_recorded is False
    if is_named or (place.is_offered and not is_told):
        return Planned(is_recorded=is_recorded)
    days = billed.days if is_billed_telling else None
    if _stood(place, seen):
        return Planned(plan=Plan.SEEN_BEFORE, billed_days=days, is_recorded=is_recorded)
    if not place.is_offered:
        return Planned(plan=Plan.NOT_OFFERED, is_recorded=is_recorded)
    left_out = Plan.NOT_RECORDED if days is None else Plan.NOT_BILLED
    plan = Plan.SPOT_CHECK if is_drawn(place, night=night) else left_out
    return Planned(plan=plan, billed_days=days, is_recorded=is_recorded)


def can_be_told(place: Place) -> bool:
    """Whether a bill that comes later can change what becomes of a place."""
    return bool(place.billed_as) and place.is_offered


def is_drawn(place: Place, *, night: str) -> bool:
    """Whether a place is one of a night's spot checks: the same for whoever asks, and other ones each night."""
    key = f"{night} {place.account_id} {place.region} {place.service}"
    return int.from_bytes(hashlib.sha256(key.encode()).digest()[:8]) % ONE_IN == 0


def told(plan: str, *, billed_days: int | None, is_recorded: bool | None = None) -> str:
    """Why a step made no call, or made one all the same, in words; "" for an ordinary one."""
    said = [f"nothing billed there in {billed_days} days"] if billed_days is not None else []
    said += ["AWS Config records none there"] if is_recorded is False else []
    nothing = ", and ".join(said) or "not offered in this region"
    return {
        Plan.NOT_OFFERED: "not offered in this region",
        Plan.NOT_BILLED: nothing,
        Plan.NOT_RECORDED: nothing,
        Plan.SPOT_CHECK: f"spot check: {nothing}",
        Plan.SEEN_BEFORE: f"{nothing}, yet something was seen in the last {REMEMBERED_NIGHTS} nights",
    }.get(Plan(plan), "")


def _stood(place: Place, seen: Iterable[tuple[str, str]]) -> bool:
    return any(
        service == place.service and (not place.is_regional or region == place.region) for service, region in seen
    )


def _plain(name: str) -> str:
    plain = name.strip().lower()
    return next((plain.removeprefix(maker) for maker in MAKERS if plain.startswith(maker)), plain)

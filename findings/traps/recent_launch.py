"""What was launched lately may still be set up: it looks idle, and is not forgotten."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connections.resources import Image, Instance, Snapshot
from findings.rule import counted
from findings.trap import CHANGES, LOWER, Caught, Clear, Look, Trap, Unchecked

if TYPE_CHECKING:
    from audits.billed import BilledResource
    from connections.resources import Thing

RECENT_DAYS = 14


def look(thing: Thing) -> Look:
    launched_at = thing.launched_at if isinstance(thing, Instance) else None
    since = launched_at or thing.created_at
    if since is None:
        return Unchecked("when it was made")
    days = (thing.observed_at - since).days
    what = "Launched" if launched_at else "Made"
    if days < RECENT_DAYS:
        return Caught(f"{what} {counted(days, 'day')} ago only: it may still be set up.")
    return Clear(f"{what} {counted(days, 'day')} ago.")


def on_bill(thing: BilledResource) -> Look:
    """The bill tells since when it is charged, where it reaches far enough back."""
    first = min((line.charge_date for line in thing.charges), default=thing.until)
    days = (thing.until - first).days
    if days >= RECENT_DAYS:
        return Clear(f"Billed since {first} at least.")
    if thing.known_days < RECENT_DAYS:
        return Unchecked(f"whether it was there before {thing.first}, where the bill begins,")
    return Caught(f"Billed since {first} only, {counted(days, 'day')}: it may still be set up.")


trap = Trap(
    id="recent_launch",
    title="Recent launch",
    effect=LOWER,
    look=look,
    stages=CHANGES,
    but_not=(Snapshot, Image),
    on_bill=on_bill,
)

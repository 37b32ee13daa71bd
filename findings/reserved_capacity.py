"""Reserved capacity that is not to be given up, or need not be."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from connections.resources.capacity import CapacityReservation

MONTH = timedelta(days=30)  # a saving is told by the month: what ends sooner does not save one


def why_left(reservation: CapacityReservation) -> str:
    """Why it is left as it is, used or not, as a sentence; empty where nothing says so."""
    now, ends, committed = reservation.observed_at, reservation.ends_at, reservation.commitment_ends_at
    if reservation.is_block:
        return "A capacity block was paid for beforehand and ends by itself."
    if reservation.is_lent:
        return "What another reservation lends: given up, it goes back there and is charged on."
    if committed and committed > now:
        return f"Committed until {committed:%Y-%m-%d}: it cannot be made smaller before, and cancelling it is charged."
    return f"Ends by itself on {ends:%Y-%m-%d}." if ends and ends < now + MONTH else ""


def of_fleet(reservation: CapacityReservation) -> str:
    """What to say of one that a fleet of reservations made, as a further sentence; empty of any other."""
    if not reservation.fleet_id:
        return ""
    return f" The fleet {reservation.fleet_id} made it, and may make it again: lower the fleet's target first."

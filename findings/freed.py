"""Which commitments acting on a finding frees, how much of each, and until when these are paid for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from audits.models import Resource
from connections.resources.commitments import Reservation, SavingsPlan
from findings.savings import rounded_down

if TYPE_CHECKING:
    from collections.abc import Mapping

KINDS = (SavingsPlan.KIND, Reservation.KIND)


@dataclass(frozen=True, kw_only=True)
class Freed:
    """What is freed of one commitment a month, in the finding's currency. `ends_at` None: no connection has told.

    `what` names it for a reader; `id` is the provider's own, as the bill has it. `seen_at` is when its end was read.
    """

    id: str
    what: str
    monthly: Decimal
    ends_at: datetime | None
    seen_at: datetime | None


def freed_by(evidence: Mapping[str, Any], *, net: Decimal | None) -> tuple[Freed, ...]:
    """The commitments that a finding frees, with their ends as the latest audits saw them.

    `net` is what of it is left after overlaps, of which each has its share; nothing where that is nothing.
    """
    parts = evidence["saving"].get("freed", ()) if net else ()
    alone = sum((Decimal(part["monthly"]) for part in parts), Decimal(0))
    share = min(Decimal(1), (net or Decimal(0)) / alone) if alone else Decimal(0)
    known: dict[str, tuple[Mapping[str, Any], datetime]] = {}
    if parts:
        rows = Resource.objects.filter(kind__in=KINDS, resource_id__in=[part["id"] for part in parts])
        known = {name: (data, at) for name, data, at in rows.values_list("resource_id", "data", "last_seen_at")}
    return tuple(_freed(part, known.get(part["id"]), share=share) for part in parts)


def _freed(part: Mapping[str, Any], known: tuple[Mapping[str, Any], datetime] | None, *, share: Decimal) -> Freed:
    data, seen_at = known or ({}, None)
    ends = data.get("ends_at")
    return Freed(
        id=part["id"],
        what=_what(data),
        monthly=rounded_down(Decimal(part["monthly"]) * share),
        ends_at=datetime.fromisoformat(ends) if ends else None,
        seen_at=seen_at,
    )


def _what(data: Mapping[str, Any]) -> str:
    if "plan_type" in data:
        return f"{data['plan_type']} savings plan"
    return f"reservation of {data['count']} {data['item_type']}" if "item_type" in data else "commitment"

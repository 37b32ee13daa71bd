"""Which commitments acting on a finding frees, how much of each, and until when these are paid for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from audits.models import Resource
from connections.resources.commitments import SavingsPlan

if TYPE_CHECKING:
    from collections.abc import Mapping

KINDS = (SavingsPlan.KIND,)


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


def freed_by(evidence: Mapping[str, Any]) -> tuple[Freed, ...]:
    """The commitments that a finding's frozen saving frees, with their ends as the latest audits saw them."""
    parts = evidence["saving"].get("freed", ())
    known: dict[str, tuple[Mapping[str, Any], datetime]] = {}
    if parts:
        rows = Resource.objects.filter(kind__in=KINDS, resource_id__in=[part["id"] for part in parts])
        known = {name: (data, at) for name, data, at in rows.values_list("resource_id", "data", "last_seen_at")}
    return tuple(_freed(part, known.get(part["id"])) for part in parts)


def _freed(part: Mapping[str, Any], known: tuple[Mapping[str, Any], datetime] | None) -> Freed:
    data, seen_at = known or ({}, None)
    ends = data.get("ends_at")
    kind = data.get("plan_type")
    return Freed(
        id=part["id"],
        what=f"{kind} savings plan" if kind else "commitment",
        monthly=Decimal(part["monthly"]),
        ends_at=datetime.fromisoformat(ends) if ends else None,
        seen_at=seen_at,
    )

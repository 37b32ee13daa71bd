"""What audits have seen of plans and reservations, whichever connection has them: the accounts of a bill share them."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from audits.models import Resource
from audits.things import from_data
from connections.resources.commitments import SavingsPlan
from findings.commitment_bills import COMMITMENTS
from findings.rule import native_id
from findings.verify import STALE_DAYS

if TYPE_CHECKING:
    from datetime import datetime

    from connections.resources import Thing

COMPUTE = "Compute"
COMING = ("queued", "payment-pending")


def compute_plans() -> frozenset[str]:
    """The ids of the plans that cover machines of any family, as AWS' own list says."""
    rows = Resource.objects.filter(kind=SavingsPlan.KIND).values_list("kind", "data")
    plans = (from_data(kind, data) for kind, data in rows)
    return frozenset(native_id(one) for one in plans if isinstance(one, SavingsPlan) and one.plan_type == COMPUTE)


def newest_purchase(*, at: datetime) -> date:
    """The first day of the newest commitment that an audit has seen in the days before `at`; that of one which is
    bought and has not begun is later than any.
    """
    rows = Resource.objects.filter(
        kind__in=[one.KIND for one in COMMITMENTS], last_seen_at__gte=at - timedelta(days=STALE_DAYS)
    )
    return max((_first_day(from_data(kind, data)) for kind, data in rows.values_list("kind", "data")), default=date.min)


def _first_day(thing: Thing) -> date:
    if not isinstance(thing, COMMITMENTS):
        return date.min
    if thing.state in COMING:
        return date.max
    return thing.begins_at.date() if thing.state == "active" and thing.begins_at is not None else date.min

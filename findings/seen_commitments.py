"""What audits have seen of plans and reservations, whichever connection has them: the accounts of a bill share them."""

from __future__ import annotations

from audits.models import Resource
from audits.things import from_data
from connections.resources.commitments import SavingsPlan
from findings.rule import native_id

COMPUTE = "Compute"


def compute_plans() -> frozenset[str]:
    """The ids of the plans that cover machines of any family, as AWS' own list says."""
    rows = Resource.objects.filter(kind=SavingsPlan.KIND).values_list("kind", "data")
    plans = (from_data(kind, data) for kind, data in rows)
    return frozenset(native_id(one) for one in plans if isinstance(one, SavingsPlan) and one.plan_type == COMPUTE)

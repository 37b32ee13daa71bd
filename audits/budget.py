"""What an audit may cost the customer: taken from one sum before anything is asked, by however many workers at once."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_DOWN, Decimal
from typing import TYPE_CHECKING

from django.db.models import F

from audits.models import Audit

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager
    from uuid import UUID


@dataclass(frozen=True, kw_only=True)
class Budget:
    """An audit's sum for reads that the provider charges for. A `connections.provider.Purse`.

    What is taken counts as spent from then on, also where the worker dies before it has asked: so the cap holds, and
    the figure is never too low. `transaction` opens a short one inside the organisation's scope.
    """

    audit_id: UUID
    cap_usd: Decimal
    transaction: Callable[[], AbstractContextManager[object]]

    def take(self, units: int, *, usd_each: Decimal) -> int:
        """How many of `units` are left to the audit. They are its own from now on."""
        with self.transaction():
            # Locked, so that two who ask at the same time are not both told what only one of them can have.
            audit = Audit.objects.select_for_update(no_key=True).only("estimated_cost_usd").get(id=self.audit_id)
            left = (self.cap_usd - audit.estimated_cost_usd) / usd_each
            given = min(units, max(0, int(left.to_integral_value(rounding=ROUND_DOWN))))
            self._add(given, usd_each=usd_each)
        return given

    def give_back(self, units: int, *, usd_each: Decimal) -> None:
        """Return what was taken and then not asked for, or asked for and not answered, which costs nothing."""
        if units:
            with self.transaction():
                self._add(-units, usd_each=usd_each)

    def _add(self, units: int, *, usd_each: Decimal) -> None:
        changed = F("estimated_cost_usd") + units * usd_each
        Audit.objects.filter(id=self.audit_id).update(estimated_cost_usd=changed)

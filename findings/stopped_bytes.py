"""The judgement of what is charged by the hour and whose bytes, charged under its own name before, have stopped."""

from __future__ import annotations

from typing import TYPE_CHECKING

from audits.billed import quantity_of
from findings.rule import ALL, Fine, Unknown, Verdict, Waste, counted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from audits.billed import BilledResource


def judge_stopped(
    resource: BilledResource, *, hours: Sequence[str], passing: Sequence[str], window_days: int, max_gb: float
) -> Verdict:
    """Waste where hours are charged on each day of the window and bytes only before it.

    `hours` and `passing` are beginnings of meters; without `hours` the resource's cloud is not read. Bytes that never
    stood under its name may be charged to another: then it cannot be told.
    """
    charged = resource.lines(*hours, days=window_days) if hours else ()
    if not charged:
        return Fine()
    ever = resource.lines(*passing)
    if missing := resource.lacks((*charged, *ever), days=window_days):
        return Unknown(missing)
    passed = sum(resource.by_day(ever, days=window_days))
    if not all(resource.by_day(charged, days=window_days)) or passed > max_gb:
        return Fine()
    before = quantity_of(ever) - passed
    if before <= max_gb:
        return Unknown("any charge for bytes under its own name")
    return Waste(
        saves=ALL,
        because=f"Charged for {quantity_of(charged):,.0f} hours and {passed:,.3f} GB in the last "
        f"{counted(window_days, 'day')}, after {before:,.2f} GB before them on the same bill.",
    )

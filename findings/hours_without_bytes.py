"""The judgement that several bill-only rules share: charged by the hour, while next to no bytes pass."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from audits.billed import quantity_of
from findings.rule import ALL, Fine, Unknown, Verdict, Waste, counted

if TYPE_CHECKING:
    from collections.abc import Mapping

    from audits.billed import BilledResource


@dataclass(frozen=True, kw_only=True)
class Meters:
    """By cloud: the beginnings of the meters of hours and of bytes, and what must stand in the resource's id.

    A cloud that is not there does not bill it so that it could be told.
    """

    hours: Mapping[str, tuple[str, ...]]
    passed: Mapping[str, tuple[str, ...]]
    in_id: Mapping[str, str] = field(default_factory=dict)


def judge_hours(resource: BilledResource, meters: Meters, *, window_days: int, max_gb: float) -> Verdict:
    """Waste where hours are charged in the whole window and no more than `max_gb` GB in all of it."""
    if resource.cloud not in meters.hours or meters.in_id.get(resource.cloud, "") not in resource.resource_id.lower():
        return Fine()
    hours = resource.lines(*meters.hours[resource.cloud], days=window_days)
    if hours and resource.known_days < window_days:
        return Unknown(f"{counted(window_days, 'complete day')} of its bill")
    passed = resource.lines(*meters.passed[resource.cloud], days=window_days)
    if any(line.consumed_quantity is None for line in (*hours, *passed)):
        return Unknown("how many hours and bytes are charged: the bill has no quantities")
    on_days = sum(quantity > 0 for quantity in resource.by_day(hours, days=window_days))
    gb = quantity_of(passed)
    if on_days < window_days or gb > max_gb:
        return Fine()
    return Waste(
        saves=ALL,
        because=f"Charged for {quantity_of(hours):,.0f} hours and {gb:,.3f} GB in the last "
        f"{counted(window_days, 'day')}.",
    )

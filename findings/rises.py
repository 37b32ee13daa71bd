"""Whether something costs more than it used to: its last days beside the same weekdays of the weeks before. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from statistics import median
from typing import TYPE_CHECKING

from audits.billed import MONTH_DAYS, cost_of, currencies_of
from findings.rule import Fine, Share, Unknown, Waste, counted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from audits.billed import Billed
    from findings.rule import Verdict

WEEK = 7
# Of a normal distribution the standard deviation is so many median absolute deviations.
MAD_SCALE = Decimal("1.4826")


@dataclass(frozen=True, kw_only=True)
class Rise:
    """What the last days cost, and what they would have cost as usual."""

    seen: Decimal
    usual: Decimal

    @property
    def extra(self) -> Decimal:
        return self.seen - self.usual


def rise_of(costs: Sequence[Decimal], *, recent_days: int, mad_times: float, min_percent: float) -> Rise | None:
    """The rise of the last `recent_days` of `costs` (a day each, oldest first); None unless each of them stands out.

    A day stands out if its weekday mostly cost something before, and it is dearer than that median by `min_percent`
    and by `mad_times` the spread of its weekday.
    """
    start = len(costs) - recent_days
    usual = Decimal(0)
    for place in range(start, len(costs)):
        before = costs[place % WEEK : start : WEEK]
        middle = median(before)
        spread = MAD_SCALE * median([abs(cost - middle) for cost in before])
        most = middle + max(spread * Decimal(str(mad_times)), middle * Decimal(str(min_percent)) / 100)
        if middle <= 0 or costs[place] <= most:
            return None
        usual += middle
    return Rise(seen=sum(costs[start:], Decimal(0)), usual=usual)


def judge_rise(
    thing: Billed, *, recent_days: int, history_weeks: int, mad_times: float, min_percent: float, min_extra: float
) -> Verdict:
    """Waste where the last days cost at least `min_extra` more than usual. Fees, credits and one day alone are none."""
    days = recent_days + history_weeks * WEEK
    lines = [line for line in thing.lines(days=days) if line.charge_days == 1 and line.charge_class != "Correction"]
    if sum(thing.cost_by_day(lines, days=recent_days)) < min_extra:
        return Fine()  # whatever was usual, it cannot be so much more
    if thing.known_days < days:
        return Unknown(f"{counted(days, 'complete day')} of its bill")
    if len(currencies_of(lines)) > 1:
        return Unknown("its charges in one currency")
    costs = thing.cost_by_day(lines, days=days)
    rise = rise_of(costs, recent_days=recent_days, mad_times=mad_times, min_percent=min_percent)
    if rise is None or rise.extra < Decimal(str(min_extra)):
        return Fine()
    listed = thing.cost_by_day([replace(line, effective_cost=line.list_cost) for line in lines], days=days)
    if any(listed) and not rise_of(listed, recent_days=recent_days, mad_times=mad_times, min_percent=min_percent):
        return Fine("At list price it costs what it did: a commitment covers less of it.")
    whole = max(cost_of(thing.lines(days=MONTH_DAYS)), rise.seen)  # negative lines never make more than all of it
    return Waste(
        saves=Share(fraction=rise.extra / whole),
        because=f"Cost {rise.seen:,.2f} {lines[0].billing_currency} in the last {counted(recent_days, 'day')}; "
        f"usual on these weekdays was {rise.usual:,.2f} (median of {counted(history_weeks, 'week')}).",
    )

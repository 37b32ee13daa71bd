"""Whether a commitment is worth buying for what is left once the open findings are acted on. Pure."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from audits.billed import currencies_of
from findings.rule import UNTOLD, Fine, Share, Unknown, Waste, counted
from findings.savings import MONTH_DAYS
from findings.steady_use import DAY_HOURS, WINDOW_DAYS

if TYPE_CHECKING:
    from findings.rule import Verdict
    from findings.steady_use import SteadyUse

WHOLE_TERM = "all of it is used for the whole term"
WHY_APART = "it is of what is left once the open findings are acted on, and rests on their use for the whole term"


def judge_purchase(use: SteadyUse, *, min_cost_a_month: float, what: str) -> Verdict:
    """Waste where enough ran around the clock at full price, has no finding, and no commitment lies idle beside it."""
    if use.known_days < WINDOW_DAYS:
        return Unknown(f"{counted(WINDOW_DAYS, 'complete day')} of its bill")
    if not use.charges:
        return Fine("Nothing is left to buy for once the open findings are acted on.")
    if len(currencies_of(use.charges)) > 1:
        return Unknown("in which currency it is paid: the bill names two")
    if use.unused:
        return Fine(f"{use.unused[0]} is not fully used: let that cover it first.")
    if use.hourly * DAY_HOURS * MONTH_DAYS < Decimal(str(min_cost_a_month)):
        return Fine()
    fraction = use.saved_fraction
    saves = UNTOLD if fraction is None else Share(fraction=fraction)
    return Waste(saves=saves, because=" ".join((_left(use, what), _taken_off(use))))


def _left(use: SteadyUse, what: str) -> str:
    currency = use.charges[0].billing_currency
    return (
        f"{counted(use.count, what)} ran around the clock without a commitment for {counted(WINDOW_DAYS, 'day')} and "
        f"{'has' if use.count == 1 else 'have'} no open finding: {use.hourly:,.4f} {currency} an hour at full price."
    )


def _taken_off(use: SteadyUse) -> str:
    if not use.taken_off:
        return "None was taken off for an open finding."
    currency, be = use.charges[0].billing_currency, "is" if use.taken_off == 1 else "are"
    return (
        f"{use.taken_off:,} more, {use.taken_off_hourly:,.4f} {currency} an hour, {be} taken off for open findings, or "
        "because nobody can tell whether they are used."
    )

"""How much of a commitment bought nothing: the arithmetic that bills' and accounts' rules share."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from audits.billed import ZERO
from findings.cost_window import CostWindow, is_counted, told_until
from findings.rule import Fine, Share, Unknown, Waste, counted

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date, datetime

    from audits.evidence import Bill, DayCost
    from findings.rule import Verdict


@dataclass(frozen=True, kw_only=True)
class Paid:
    """What was paid for a commitment in some days, and what of it bought nothing. `when` says which days."""

    paid: Decimal
    unused: Decimal
    currency: str
    when: str

    def verdict(self, *, max_unused_percent: int) -> Waste | Fine:
        """Whether more goes unused than is allowed."""
        if self.paid <= 0 or self.unused * 100 <= self.paid * max_unused_percent:
            return Fine()
        return Waste(
            saves=Share(fraction=min(Decimal(1), self.unused / self.paid)),
            because=f"Of {self.paid:,.2f} {self.currency} paid for it in the {self.when}, "
            f"{self.unused:,.2f} ({self.unused * 100 / self.paid:.0f} %) bought nothing.",
        )


def paid_for(lines: Iterable[DayCost], *, until: date, days: int) -> Paid | None:
    """What lines that say Used or Unused come to in the last `days` before `until`; None where there are none.

    Corrections and what is given back are left out. AWS charges what a reservation did not use by the month: such a
    line counts with its days in the window, which ends before a month of which it is not told yet (`told_until`).
    """
    lines = [line for line in lines if is_counted(line)]
    told = told_until(lines, until)
    window = CostWindow(first=told - timedelta(days=days), until=told)
    costs = [(line, window.cost(line)) for line in lines]
    if not any(cost for _, cost in costs):
        return None
    return Paid(
        paid=sum((cost for _, cost in costs), ZERO),
        unused=sum((cost for line, cost in costs if line.commitment_discount_status == "Unused"), ZERO),
        currency=lines[0].billing_currency,
        when=f"last {counted(days, 'day')}" if told == until else f"{counted(days, 'day')} before {told}",
    )


def judge_use(
    *, bill: Bill, state: str, begins_at: datetime | None, observed_at: datetime, window_days: int, max_percent: int
) -> Verdict:
    """Whether a commitment of an account is used, by its own lines on the bill."""
    if state != "active":
        return Fine()
    if begins_at is not None and (age := (observed_at - begins_at).days) <= window_days:
        return Fine(f"It began {counted(age, 'day')} ago.")
    missing = f"{counted(window_days, 'complete day')} of the bill on which it stands"
    if bill.billed_until is None or bill.billed_from is None:
        return Unknown(missing)
    if (told_until(bill.lines, bill.billed_until) - bill.billed_from).days < window_days:
        return Unknown(missing)
    if len({line.billing_currency for line in bill.lines}) > 1:
        return Unknown("in which currency it is paid: the bill names two")
    found = paid_for(bill.lines, until=bill.billed_until, days=window_days)
    return Unknown(missing) if found is None else found.verdict(max_unused_percent=max_percent)

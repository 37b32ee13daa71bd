"""Which days of a bill are complete and follow each other, so that something can be told from them."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from audits.bill_parts import BillRefused
from audits.billed_things import Span
from audits.bills import complete_days

if TYPE_CHECKING:
    from datetime import date, datetime

    from audits.focus import Sums


def span_of(sums: Sums, *, at: datetime) -> tuple[Span, date | None]:
    """The complete days of the last months that follow each other, and the month before them that is not whole.

    Of a month that lacks rows only the days before them are complete, so no later month follows them.

    Raises BillRefused where no day is complete.
    """
    days: list[date] = []
    missing = None
    for period in sorted(sums.periods, key=lambda one: one.billing_period, reverse=True):
        first, until = complete_days(period, at=at)
        if first is None or until is None:
            continue
        if missing is not None and (period.left_out or missing > period.billing_period.replace(day=1)):
            break
        if first == until:
            continue
        days += [first, until]
        missing = (period.billing_period.replace(day=1) - timedelta(days=1)).replace(day=1)
    else:
        missing = None
    if not days:
        raise BillRefused("The bill charges for no day of usage, so nothing can be told from it.")
    return Span(first=min(days), until=max(days)), missing

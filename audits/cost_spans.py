"""Which time the cost page shows, what it is compared with, and where bills of either are missing."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from audits.cost_sums import Span, ids_of
from audits.load_page import end_of_period

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from audits.cost_choice import CostChoice
    from audits.models import BillLoad

DAY = timedelta(days=1)


def months_of(loads: Iterable[BillLoad]) -> list[date]:
    """The first days of the months that are loaded, the newest first."""
    return sorted({load.billing_period.replace(day=1) for load in loads}, reverse=True)


def span_of(choice: CostChoice, loads: Sequence[BillLoad]) -> Span | None:
    """What is asked for; the newest bill where nothing is. None where nothing is loaded.

    A bill that is still open ends with the last day that it charges for.
    """
    if choice.since and choice.until:
        return Span(first=choice.since, end=choice.until + DAY) if loads else None
    first = choice.month or next(iter(months_of(loads)), None)
    chosen = [load for load in loads if load.billing_period.replace(day=1) == first]
    if first is None or not chosen:
        return None
    end = end_of_period(first)
    if any(load.loaded_at.date() < end for load in chosen):
        until = max((load.billed_until for load in chosen if load.billed_until), default=end)
        end = min(end, max(until, first) + DAY)
    return Span(first=first, end=end, load_ids=ids_of(chosen))


def earlier_than(span: Span, loads: Sequence[BillLoad]) -> Span | None:
    """The time before, of equal length: the bill before, as far into its month; or as many days. None: not loaded."""
    if span.load_ids is None:
        before = Span(first=span.first - (span.end - span.first), end=span.first)
        touched = set(touched_months(before))
        return before if touched & set(months_of(loads)) else None
    first = (span.first - DAY).replace(day=1)
    chosen = [load for load in loads if load.billing_period.replace(day=1) == first]
    if not chosen:
        return None
    is_whole = span.end == end_of_period(span.first)
    end = end_of_period(first)
    if not is_whole:
        end = min(end, first + (span.end - span.first))
    return Span(first=first, end=end, load_ids=ids_of(chosen), is_whole=is_whole)


def touched_months(span: Span) -> list[date]:
    """The first day of each month that the span touches, in order."""
    found, month = [], span.first.replace(day=1)
    while month < span.end:
        found.append(month)
        month = end_of_period(month)
    return found


def missing(span: Span, earlier: Span | None, loads: Sequence[BillLoad]) -> list[str]:
    """A sentence for each month of either time of which no bill is loaded, or not of each billing account."""
    shown = set(touched_months(span))
    accounts = {
        one for load in loads if load.billing_period.replace(day=1) in shown for one in load.billing_account_ids
    }
    sentences = []
    for month in [*(touched_months(earlier) if earlier else ()), *touched_months(span)]:
        there = [load for load in loads if load.billing_period.replace(day=1) == month]
        lacking = sorted(accounts - {one for load in there for one in load.billing_account_ids})
        if not there:
            sentences.append(f"No bill of {month:%Y-%m} is loaded: what it charges is not in these figures.")
        elif lacking:
            sentences.append(
                f"Of {month:%Y-%m} no bill of the billing account {', '.join(lacking)} is loaded: what it charges is "
                "not in these figures."
            )
    return list(dict.fromkeys(sentences))

"""How the bills stand that savings rest on: final, not yet, or at odds with their invoices. As loaded now, in words."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db.models import Count, Sum

from audits.bills_page import load_row
from audits.load_page import FINAL, OPEN, PROVISIONAL, end_of_period, period_state
from audits.models import BillLoad
from findings.reports.money import amount

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date
    from uuid import UUID

    from django.db.models import QuerySet

    from audits.bills_page import Total
    from findings.models import Finding

DIFFERS, GONE = "differs", "gone"
# The worst leads: a finding that rests on several bills is counted once, under it.
ORDER = (DIFFERS, GONE, PROVISIONAL, OPEN, FINAL)
MOST_NAMED = 5
ZERO = Decimal(0)


@dataclass(frozen=True, kw_only=True)
class Span:
    """What a saving rests on: an account's charges in one currency, from a day until (exclusive) another."""

    account_id: str
    currency: str
    first: date
    until: date


@dataclass(frozen=True, kw_only=True)
class Standing:
    """How one bill stands, in one currency. `short` is for a row, `sentence` for a page; both "" where it is final."""

    state: str
    load_id: UUID | None = None
    short: str = ""
    sentence: str = ""

    @property
    def is_warning(self) -> bool:
        """Whether somebody should look into it. A month that is not over or not invoiced yet is the way of bills."""
        return self.state in {DIFFERS, GONE}


NOT_THERE = Standing(
    state=GONE, short="its bill is not loaded any more", sentence="The bill that it rests on is not loaded any more."
)


@dataclass(frozen=True, kw_only=True)
class Resting:
    """Of a list's savings in one currency, those whose worst bill stands so; `standings` are these bills."""

    currency: str
    state: str
    count: int
    monthly: Decimal
    standings: tuple[Standing, ...]
    more: int

    @property
    def is_warning(self) -> bool:
        """As of the bills."""
        return self.standings[0].is_warning


Standings = dict[Span, tuple[Standing, ...]]


def span_of(finding: Finding) -> Span | None:
    """What a finding's saving rests on; None where it comes from no bill."""
    return _span(finding.account_id, finding.currency, finding.rests_from, finding.rests_until)


def standings_of(spans: Iterable[Span]) -> Standings:
    """For each span the bills that it rests on and that are not final, the worst first. Asks the database once."""
    spans = set(spans)
    if not spans:
        return {}
    loads = list(
        BillLoad.objects.filter(
            state=BillLoad.State.LOADED,
            billed_from__lt=max(span.until for span in spans),
            billed_until__gt=min(span.first for span in spans),
            sub_account_ids__overlap=sorted({span.account_id for span in spans}),
        )
        .select_related("source__connection")
        .defer("services", "changes", "kinds")
        .order_by("billing_period", "id")
    )
    return {span: _standings(span, loads) for span in spans}


def resting(rows: QuerySet[Finding]) -> tuple[Standings, tuple[Resting, ...]]:
    """What the savings of `rows` rest on, and the sums of those whose bills are not final. Two questions."""
    sums = (
        rows.order_by()
        .filter(estimated_monthly_savings__isnull=False, rests_until__isnull=False)
        .values_list("account_id", "currency", "rests_from", "rests_until")
        .annotate(count=Count("id"), monthly=Sum("estimated_monthly_savings"))
    )
    found = {span: (count, monthly) for *key, count, monthly in sums if (span := _span(*key))}
    standings = standings_of(found)
    groups: dict[tuple[str, str], list[Span]] = defaultdict(list)
    for span in found:
        if standings[span]:
            groups[span.currency, standings[span][0].state].append(span)
    ordered = sorted(groups.items(), key=lambda group: (ORDER.index(group[0][1]), group[0][0]))
    return standings, tuple(_resting(currency, state, spans, found, standings) for (currency, state), spans in ordered)


def standing(load: BillLoad, currency: str) -> Standing:
    """How a load that is current stands in one of its currencies."""
    row = load_row(load)
    total = next((one for one in row.totals if one.currency == currency), None)
    state = period_state(load, row)
    month, source = f"{load.billing_period:%Y-%m}", str(load.source)
    if state == OPEN:
        sentence = (
            f"The month {month} was not over when its bill was loaded from {source} "
            f"on {load.loaded_at:%Y-%m-%d}: charges may still come."
        )
        return Standing(state=OPEN, load_id=load.id, short=f"{month} is open", sentence=sentence)
    is_whole = load.billed_until is not None and load.billed_until >= end_of_period(load.billing_period)
    if is_whole and total is not None and total.not_invoiced:
        return Standing(
            state=DIFFERS,
            load_id=load.id,
            short=f"{month} differs from its invoices by {amount(total.not_invoiced)} {currency}",
            sentence=f"The bill of {month} from {source} is complete, and differs from its invoices by "
            f"{amount(total.not_invoiced)} {currency}: {_sums(total)}.",
        )
    if is_whole and total is not None and total.invoiced is not None:
        return Standing(state=FINAL, load_id=load.id)
    why = _why(total, is_whole=is_whole)
    sentence = f"The bill of {month} from {source} is not final and may be restated: {why}."
    return Standing(state=PROVISIONAL, load_id=load.id, short=f"{month} is not final", sentence=sentence)


def _why(total: Total | None, *, is_whole: bool) -> str:
    days = "" if is_whole else "it does not reach to the last day of the month"
    if total is None or total.invoiced is None:
        invoices = "it names no invoice, so nothing tells whether it equals one"
    elif total.not_invoiced:
        invoices = f"{amount(total.not_invoiced)} {total.currency} of it is on no invoice, {_sums(total)}"
    else:
        invoices = ""
    return " and ".join(part for part in (days, invoices) if part)


def _sums(total: Total) -> str:
    return f"{amount(total.billed)} {total.currency} is billed, {amount(total.invoiced)} {total.currency} invoiced"


def _span(account_id: str, currency: str, first: date | None, until: date | None) -> Span | None:
    if first is None or until is None:
        return None
    return Span(account_id=account_id, currency=currency, first=first, until=until)


def _standings(span: Span, loads: Iterable[BillLoad]) -> tuple[Standing, ...]:
    of_span = [
        standing(load, span.currency)
        for load in loads
        if span.account_id in load.sub_account_ids
        and load.billed_from is not None
        and load.billed_until is not None
        and load.billed_from < span.until
        and load.billed_until > span.first
    ]
    told = [one for one in of_span if one.state != FINAL] if of_span else [NOT_THERE]
    return tuple(sorted(told, key=lambda one: ORDER.index(one.state)))


def _resting(
    currency: str,
    state: str,
    spans: Iterable[Span],
    found: Mapping[Span, tuple[int, Decimal]],
    standings: Standings,
) -> Resting:
    spans = list(spans)
    bills = list(dict.fromkeys(one for span in spans for one in standings[span] if one.state == state))
    return Resting(
        currency=currency,
        state=state,
        count=sum(found[span][0] for span in spans),
        monthly=sum((found[span][1] for span in spans), ZERO),
        standings=tuple(bills[:MOST_NAMED]),
        more=max(0, len(bills) - MOST_NAMED),
    )

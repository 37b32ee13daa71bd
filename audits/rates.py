"""The organisation's exchange rates: replaced as a whole, and amounts shown in another currency by them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import connection
from django.db.models import Count, Max, Min, Q

from audits.exchange import MOST_AGE_DAYS, Rate, Rates
from audits.rate_models import ExchangeRate
from tenants import activity, scope

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date, datetime
    from decimal import Decimal

BATCH = 2000
FIELDS = ("day", "from_currency", "to_currency", "rate", "source")


@dataclass(frozen=True, kw_only=True)
class Pair:
    """The rates of two currencies by one source: how many, and for which days."""

    from_currency: str
    to_currency: str
    source: str
    count: int
    first: date
    last: date


@dataclass(frozen=True, kw_only=True)
class Converted:
    """An amount in the currency that was asked for, and the rate that it was converted by."""

    amount: Decimal
    currency: str
    rate: Rate


@dataclass(frozen=True)
class Display:
    """Which currency amounts are shown in beside their own: `into`, "" for none. `choices` are what there is."""

    into: str = ""
    choices: tuple[str, ...] = ()
    complaint: str = ""
    rates: Rates = field(default_factory=lambda: Rates(()))

    def of(self, amount: Decimal | None, currency: str, *, day: date) -> Converted | None:
        """`amount` by the newest rate not after `day`; None where nothing is to convert or no rate is known."""
        if not self.into or amount is None or currency == self.into:
            return None
        rate = self.rates.newest(currency, self.into, day=day)
        if rate is None:
            return None
        return Converted(amount=rate.convert(amount, into=self.into), currency=self.into, rate=rate)

    @property
    def query(self) -> dict[str, str]:
        """The choice as a URL has it."""
        return {"in": self.into} if self.into else {}


def display(asked: str, *, first: date, last: date) -> Display:
    """Amounts of `first` to `last` in the currency `asked` for. Asks the database twice, once where none is."""
    named = ExchangeRate.objects.values_list("from_currency", "to_currency").distinct()
    choices = tuple(sorted({code for pair in named for code in pair}))
    if not asked:
        return Display(choices=choices)
    if asked not in choices:
        there = f"choose one of {', '.join(choices)}" if choices else "there are no exchange rates yet"
        return Display(choices=choices, complaint=f"Show in: no rate is of “{asked[:10]}”: {there}.")
    rows = ExchangeRate.objects.filter(
        Q(from_currency=asked) | Q(to_currency=asked), day__gte=first - timedelta(days=MOST_AGE_DAYS), day__lte=last
    )
    return Display(into=asked, choices=choices, rates=Rates(_rate(*row) for row in rows.values_list(*FIELDS)))


def pairs() -> list[Pair]:
    """What rates there are, by currencies and source."""
    key = ("from_currency", "to_currency", "source")
    rows = ExchangeRate.objects.values(*key).annotate(count=Count("id"), first=Min("day"), last=Max("day"))
    return [Pair(**row) for row in rows.order_by(*key)]


def replace_rates(*, rates: Sequence[Rate], by: str, at: datetime) -> None:
    """Put `rates` in the place of all that are there, as one part of the caller's transaction."""
    _one_at_a_time()
    ExchangeRate.objects.all().delete()
    ExchangeRate.objects.bulk_create(
        (ExchangeRate(**{name: getattr(rate, name) for name in FIELDS}) for rate in rates), batch_size=BATCH
    )
    days = [rate.day for rate in rates]
    detail = {
        "rates": str(len(rates)),
        "first day": min(days).isoformat(),
        "last day": max(days).isoformat(),
        "sources": _shortly(rate.source for rate in rates),
    }
    _book("organization.rates_replaced", by=by, at=at, detail=detail)


def remove_rates(*, by: str, at: datetime) -> int:
    """Remove all rates, as one part of the caller's transaction. Returns how many there were."""
    _one_at_a_time()
    removed, _ = ExchangeRate.objects.all().delete()
    if removed:
        _book("organization.rates_removed", by=by, at=at, detail={"rates": str(removed)})
    return removed


def _rate(day: date, from_currency: str, to_currency: str, rate: Decimal, source: str) -> Rate:
    return Rate(day=day, from_currency=from_currency, to_currency=to_currency, rate=rate, source=source)


def _one_at_a_time() -> None:
    """Two people at once would leave the rates of both. No row is there to lock for the first of them."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(hashtextextended(%s, 95))", [f"rates of {scope.current()}"])


def _shortly(sources: Iterable[str]) -> str:
    return ", ".join(sorted(set(sources)))[:200]


def _book(verb: str, *, by: str, at: datetime, detail: dict[str, str]) -> None:
    activity.book(actor=by, verb=verb, subject_kind="exchange rates", subject_id=None, at=at, detail=detail)

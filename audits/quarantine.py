"""Rows of a bill that cannot be read and are left out: how many may be, and whether the total still agrees. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation, localcontext
from typing import TYPE_CHECKING, Any

from audits.focus import COSTS
from audits.focus_values import DIGITS as COST_DIGITS
from audits.focus_values import SCALE

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

NOTHING = Decimal(0)
DIGITS = 60  # more than any sum of costs has: Decimal rounds to its context in silence
MOST_COST = Decimal(10) ** (COST_DIGITS - SCALE)
MOST_ROWS, MOST_PERCENT = 10_000, 10  # that may be allowed: they are held in memory, and a bill is more than its rest
KEPT_ROWS = 1_000  # of a load, one by one; the rest is counted
HELD_CHARACTERS, TOLD_CHARACTERS = 200, 60
COST_TITLES = dict(zip(COSTS, ("Billed cost", "Effective cost", "List cost", "Contracted cost"), strict=True))


@dataclass(frozen=True, kw_only=True)
class Bounds:
    """How many rows of a bill may be left out: so many, and so many of a hundred. None where either is 0."""

    rows: int = 0
    percent: Decimal = NOTHING

    def most(self, rows: int) -> int:
        """How many of so many rows. Never all of them."""
        return max(0, min(self.rows, int(rows * self.percent / 100), rows - 1))


NONE = Bounds()


def percent_of(text: str) -> Decimal:
    """A setting's share of rows. Raises ValueError, whose text follows the setting's name."""
    try:
        percent = Decimal(text)
    except InvalidOperation:
        percent = Decimal("NaN")
    if not (percent.is_finite() and 0 <= percent <= MOST_PERCENT):
        raise ValueError(
            f"is {text!r}: give how many of a hundred rows may be left out, 0 to {MOST_PERCENT}, like 0.1."
        )
    return percent


@dataclass(frozen=True, kw_only=True)
class BadRow:
    """A row that is left out: where it stands, what is wrong with it, and what of it can be read.

    `column` is the file's own name, `value` what stands there, in printable characters and cut to a length. `costs` are
    by column of focus.COSTS, None where one cannot be read to its last digit.
    """

    part: str
    row_number: int  # after the header
    column: str
    value: str
    reason: str
    remedy: str
    billing_period: date | None
    charge_date: date | None
    currency: str
    has_invoice: bool
    costs: Mapping[str, Decimal | None]

    def to_json(self) -> dict[str, Any]:
        """As the reading child reports it."""
        costs = {name: None if cost is None else f"{cost:f}" for name, cost in self.costs.items()}
        days = {name: None if (day := getattr(self, name)) is None else day.isoformat() for name in DAYS}
        return {**vars(self), **days, "costs": costs}

    @classmethod
    def from_json(cls, held: Mapping[str, Any]) -> BadRow:
        """What `to_json` gave."""
        costs = {name: None if cost is None else Decimal(cost) for name, cost in held["costs"].items()}
        days = {name: date.fromisoformat(held[name]) if held[name] else None for name in DAYS}
        return cls(**{**held, **days, "costs": costs})


DAYS = ("billing_period", "charge_date")


@dataclass(frozen=True, kw_only=True)
class Tally:
    """The rows left out that name one currency: their costs that can be read, and how many cannot, by column.

    `invoiced` is what is billed by those that name an invoice.
    """

    currency: str
    rows: int
    costs: Mapping[str, Decimal]
    unreadable: Mapping[str, int]
    invoiced: Decimal = field(default=NOTHING)

    def to_json(self) -> dict[str, Any]:
        """As a load keeps it: costs as text, to the last digit."""
        costs = {name: f"{cost:f}" for name, cost in self.costs.items()}
        return {**vars(self), "costs": costs, "unreadable": dict(self.unreadable), "invoiced": f"{self.invoiced:f}"}

    @classmethod
    def from_json(cls, held: Mapping[str, Any]) -> Tally:
        """What `to_json` gave."""
        costs = {name: Decimal(cost) for name, cost in held["costs"].items()}
        return cls(**{**held, "costs": costs, "invoiced": Decimal(held["invoiced"])})


def held(cost: Decimal | None) -> Decimal | None:
    """A cost as a row of its own keeps it; None where it adds up, of all that the row becomes, to more than that."""
    return None if cost is None or abs(cost) >= MOST_COST else cost


def printable(text: str) -> str:
    """How a text begins, so that databases, pages and terminals can hold it: what cannot be printed is escaped."""
    escaped = (one if one.isprintable() else one.encode("unicode_escape").decode() for one in text[:HELD_CHARACTERS])
    return "".join(escaped)[:HELD_CHARACTERS]


def of_period(rows: Iterable[BadRow], period: date, *, periods: Collection[date]) -> tuple[BadRow, ...]:
    """Those of a billing period, and those of none of the `periods` that were loaded: they may be of any."""
    return tuple(one for one in rows if one.billing_period == period or one.billing_period not in periods)


def incomplete_from(rows: Iterable[BadRow], period: date) -> date | None:
    """The first day of a period whose charges are not all there; its first one where a row tells no day of it."""
    end = (period.replace(day=1) + timedelta(days=32)).replace(day=1)
    days = (one.charge_date for one in rows)
    return min((day if day is not None and period <= day < end else period for day in days), default=None)


def tallies(rows: Sequence[BadRow]) -> list[Tally]:
    """By currency, added up exactly."""
    with localcontext(prec=DIGITS):
        return [
            _tally(currency, [one for one in rows if one.currency == currency])
            for currency in sorted({one.currency for one in rows})
        ]


def _tally(currency: str, rows: Sequence[BadRow]) -> Tally:
    costs = {name: sum((one.costs[name] or NOTHING for one in rows), NOTHING) for name in COSTS}
    unreadable = {name: sum(one.costs[name] is None for one in rows) for name in COSTS}
    billed = (one.costs["billed_cost"] or NOTHING for one in rows if one.has_invoice)
    return Tally(currency=currency, rows=len(rows), costs=costs, unreadable=unreadable, invoiced=sum(billed, NOTHING))


def verdict(found: Sequence[Tally]) -> str:
    """Whether loaded and left out add up to what the files hold, in a sentence."""
    unreadable = {name: sum(one.unreadable[name] for one in found) for name in COSTS}
    told = [f"the {COST_TITLES[name].lower()} of {count:,} of them" for name, count in unreadable.items() if count]
    if told:
        return f"The total cannot agree with the files: {', '.join(told)} cannot be read."
    if "" in {one.currency for one in found}:
        return "The total cannot agree with the files: some of them name no currency."
    return "Together with them it equals the files to the last digit."


def message(found: Sequence[Tally], *, row_count: int) -> str:
    """What a load says of the rows left out beside the `row_count` that were loaded; empty where there are none."""
    count = sum(one.rows for one in found)
    if not count:
        return ""
    return f"{count:,} of {row_count + count:,} rows cannot be read and {_are(count)} left out. {verdict(found)}"


def _are(count: int) -> str:
    return "is" if count == 1 else "are"


def told(row: BadRow) -> str:
    """A row that is left out, in a line: where, what, why and what to do."""
    shown = f" ({row.value[:TOLD_CHARACTERS]!r})" if row.value else ""
    return f"{row.part}, row {row.row_number:,} after the header: {row.column}{shown} {row.reason}. {row.remedy}"


def lines(rows: Sequence[BadRow], *, most: int) -> list[str]:
    """What a command prints of the rows left out: what can be read of their costs, and the first of them."""
    costs = [
        f"Left out, {one.currency or 'without a currency'}, {COST_TITLES[name].lower()}: {one.costs[name]:f}"
        + (f", and {one.unreadable[name]:,} that cannot be read" if one.unreadable[name] else "")
        for one in tallies(rows)
        for name in COSTS
    ]
    more = [f"And {len(rows) - most:,} more rows."] if len(rows) > most else []
    return [*costs, *(told(one) for one in rows[:most]), *more]

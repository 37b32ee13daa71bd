"""Exchange rates as a customer gives them, and amounts in another currency by them. No rate is made up of others."""

from __future__ import annotations

import csv
import io
import re
from bisect import bisect_right
from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal, localcontext
from typing import TYPE_CHECKING

from audits.spreadsheet import plain

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

MOST_CHARACTERS = 400_000
MOST_RATES = 10_000
MOST_AGE_DAYS = 31  # rates may be given by month
MOST_SOURCE = 120
PRECISION = 100
COLUMNS = ("date", "from", "to", "rate", "source")
ECB = "European Central Bank"
ECB_FROM = "EUR"  # its file says what a euro is worth
NO_RATE_THAT_DAY = {"", "N/A"}
RATE = re.compile(r"[0-9]{1,12}(\.[0-9]{1,12})?")
# ISO 4217's currencies that somebody can pay with, and those that the euro took the place of since 2023.
CODES = frozenset(
    re.findall(
        r"\w+",
        """
    AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF
    CLP CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HRK
    HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL
    MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON
    RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH
    UGX USD UYU UZS VED VES VND VUV WST XAF XCD XCG XOF XPF YER ZAR ZMW ZWG
    """,
    )
)


class BadRates(ValueError):
    """The file is not taken, and what was there stays. The message names line, field, value and remedy."""


@dataclass(frozen=True, kw_only=True)
class Rate:
    """On `day`, by `source`, one `from_currency` is worth `rate` of `to_currency`."""

    day: date
    from_currency: str
    to_currency: str
    rate: Decimal
    source: str

    def __str__(self) -> str:
        return f"1 {self.from_currency} = {plain(self.rate)} {self.to_currency} of {self.day} ({self.source})"

    def convert(self, amount: Decimal, *, into: str) -> Decimal:
        """`amount` of the one currency in the other, to far more digits than are shown."""
        with localcontext(prec=PRECISION):
            return amount * self.rate if into == self.to_currency else amount / self.rate


class Rates:
    """Rates to look up. A pair's rate serves both ways, since no day has it twice."""

    def __init__(self, rates: Iterable[Rate]) -> None:
        self._by_pair: dict[frozenset[str], list[Rate]] = defaultdict(list)
        for rate in sorted(rates, key=lambda one: one.day):
            self._by_pair[frozenset({rate.from_currency, rate.to_currency})].append(rate)

    def newest(self, one: str, other: str, *, day: date) -> Rate | None:
        """The newest rate between two currencies that is not after `day` and not too old for it; None for none."""
        known = self._by_pair.get(frozenset({one, other}), [])
        place = bisect_right(known, day, key=lambda rate: rate.day)
        found = known[place - 1] if place else None
        return found if found is not None and found.day >= day - timedelta(days=MOST_AGE_DAYS) else None


def read_rates(text: str) -> tuple[Rate, ...]:
    """The rates of a CSV text: date, from, to, rate and source, or the European Central Bank's Date, USD, JPY, ….

    Raises BadRates.
    """
    if len(text) > MOST_CHARACTERS:
        raise BadRates(
            f"The file has {len(text):,} characters: give at most {MOST_CHARACTERS:,}, of the days that bills are for."
        )
    rows = _rows(text)
    number, header = next(rows, (1, []))
    names = [name.lower() for name in header]
    if sorted(names) == sorted(COLUMNS):
        found = _own(names, rows)
    elif names[:1] == ["date"] and len(names) > 1 and set(map(len, names[1:])) <= {3}:
        found = _of_the_ecb(number, header, rows)
    else:
        raise BadRates(
            f"Line {number}, header: “{','.join(header)[:80]}” is none that is known: "
            f"write {', '.join(COLUMNS)}, with commas between them, or give the European Central Bank's file, which "
            "begins Date, USD, JPY."
        )
    return _once_each(found)


def _rows(text: str) -> Iterator[tuple[int, list[str]]]:
    """Each line that is not empty with its number; empty cells at the end are left out, as the ECB writes one."""
    reader = csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""), strict=True)
    try:
        for row in reader:
            cells = [cell.strip() for cell in row]
            while cells and not cells[-1]:
                cells.pop()
            if cells:
                yield reader.line_num, cells
    except csv.Error as error:
        raise BadRates(f"Line {reader.line_num}: this is no CSV ({error}): write values with commas between.") from None


def _own(names: Sequence[str], rows: Iterable[tuple[int, list[str]]]) -> Iterator[tuple[int, Rate]]:
    for number, cells in rows:
        if len(cells) > len(names):
            raise BadRates(
                f"Line {number}: it has {len(cells)} values, the header {len(names)}: "
                f"write one of each, {', '.join(names)}; a value with a comma stands in quotation marks."
            )
        row = {**dict.fromkeys(names, ""), **dict(zip(names, cells, strict=False))}
        rate = Rate(
            day=_day(number, row["date"]),
            from_currency=_code(number, "from", row["from"]),
            to_currency=_code(number, "to", row["to"]),
            rate=_rate(number, "rate", row["rate"]),
            source=_source(number, row["source"]),
        )
        if rate.from_currency == rate.to_currency:
            raise BadRates(
                f"Line {number}, to: “{rate.to_currency}” is what it is changed from: name another currency."
            )
        yield number, rate


def _of_the_ecb(
    number: int, header: Sequence[str], rows: Iterable[tuple[int, list[str]]]
) -> Iterator[tuple[int, Rate]]:
    codes = [_code(number, "header", name) for name in header[1:]]
    if ECB_FROM in codes:
        raise BadRates(f"Line {number}, header: “{ECB_FROM}” is what this file changes from: leave it out.")
    for line, (day, *cells) in rows:
        if len(cells) > len(codes):
            raise BadRates(
                f"Line {line}: it has {len(cells)} rates, the header {len(codes)} currencies: write as many."
            )
        for code, cell in zip(codes, cells, strict=False):
            if cell not in NO_RATE_THAT_DAY:
                rate = _rate(line, code, cell)
                yield (
                    line,
                    Rate(day=_day(line, day), from_currency=ECB_FROM, to_currency=code, rate=rate, source=ECB),
                )


def _once_each(found: Iterable[tuple[int, Rate]]) -> tuple[Rate, ...]:
    rates: list[Rate] = []
    seen: dict[tuple[date, frozenset[str]], tuple[int, Rate]] = {}
    for number, rate in found:
        earlier = seen.setdefault((rate.day, frozenset({rate.from_currency, rate.to_currency})), (number, rate))
        if earlier[1] is not rate:
            raise BadRates(
                f"Line {number}, {rate.from_currency} to {rate.to_currency}: “{plain(rate.rate)}” is a second rate "
                f"between the two on {rate.day}, beside “{plain(earlier[1].rate)}” {earlier[1].from_currency} to "
                f"{earlier[1].to_currency} in line {earlier[0]}: keep one of them."
            )
        rates.append(rate)
        if len(rates) > MOST_RATES:
            raise BadRates(f"Line {number}: more than {MOST_RATES:,} rates: leave out days that no bill is of.")
    if not rates:
        raise BadRates("There is no rate below the header: write a line for each day and currency.")
    return tuple(rates)


def _day(number: int, text: str) -> date:
    try:
        return date.fromisoformat(text) if re.fullmatch(r"\d{4}-\d\d-\d\d", text, re.ASCII) else _none_of(text)
    except ValueError:
        raise BadRates(f"Line {number}, date: “{text[:40]}” is no date: write it as in 2026-11-25.") from None


def _none_of(text: str) -> date:
    raise ValueError(text)


def _code(number: int, field: str, text: str) -> str:
    if text.upper() not in CODES:
        raise BadRates(f"Line {number}, {field}: “{text[:40]}” is no currency: write its code of ISO 4217, as in EUR.")
    return text.upper()


def _rate(number: int, field: str, text: str) -> Decimal:
    if not RATE.fullmatch(text) or not Decimal(text):
        raise BadRates(
            f"Line {number}, {field}: “{text[:40]}” is no rate: write a number above 0 with a point and at most 12 "
            "digits before and after it, as in 1.0834."
        )
    return Decimal(text)


def _source(number: int, text: str) -> str:
    if not text or len(text) > MOST_SOURCE or not text.isprintable():
        raise BadRates(
            f"Line {number}, source: “{text[:40]}” is no source: say in 1 to {MOST_SOURCE} characters whose it is."
        )
    return text

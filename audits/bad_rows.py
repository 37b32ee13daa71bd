"""Finds the rows of a part that cannot be read, and what is wrong with each. In the child that reads a bill only."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, localcontext
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Any

import duckdb

from audits import bill_memory, focus, focus_values, recognise
from audits.bill_parts import BillRefused
from audits.opened_parts import numbered
from audits.quarantine import DIGITS, BadRow, printable, told

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from audits.bill_parts import Part
    from audits.recognise import Reading

READ = ("row_number", "problem", "value", "billing_period", "charge_date", "billing_currency", "has_invoice")


@dataclass(frozen=True, kw_only=True)
class Found:
    """How many rows of a part are bad, and each of them; the first alone where they are more than asked for."""

    count: int
    rows: tuple[BadRow, ...]

    @property
    def row_numbers(self) -> list[int]:
        return [one.row_number for one in self.rows]


def find(
    *,
    part: Part,
    reading: Reading,
    source: str,
    period: date | None,
    details: Sequence[str],
    most: int,
    spill: Path,
    memory_mb: int,
) -> Found:
    """The bad rows of a part; `source` gives its rows. What one row of the file becomes is bad together.

    The part is read twice, however many they are: for their numbers, and for those rows alone.
    """
    with ordered(spill, memory_mb=memory_mb) as database:
        judged = _judged(reading, numbered(source), period, details)
        database.execute(
            f"create temp table bad as select distinct row_number from ({judged}) where problem is not null"
        )
        (count,) = database.execute("select count(*) from bad").fetchone() or (0,)
        if not count:
            return Found(count=0, rows=())
        chosen = f"select row_number from bad order by row_number limit {count if count <= most else 1}"
        held = f"select * from {numbered(source)} where row_number in ({chosen}) order by row_number"
        database.execute(f"create temp table held as {held}")
        found = _rows(database, part=part, reading=reading, period=period, details=details)
        return Found(count=count, rows=tuple(found))


def refusal(first: BadRow, *, count: int, rows: int, most: int) -> BillRefused:
    """The bill is refused for its first bad row; `count` of that file are bad, `most` of all `rows` might be."""
    others = f" {count - 1:,} more rows of this file are wrong." if count > 1 else ""
    bound = f" At most {most:,} of its {rows:,} rows may be left out." if most else ""
    return BillRefused(f"{told(first)}{others}{bound}", part=first.part, field=first.column)


def too_much(
    parts: Sequence[tuple[Part, Reading]],
    *,
    source: Callable[[Reading, Sequence[int]], str],
    counted: Sequence[int],
    details: Sequence[str],
    spill: Path,
    memory_mb: int,
) -> BillRefused:
    """The bill is refused for costs that add up to more than can be held; it names the largest of them.

    `source` gives the rows of parts by number; `counted` are those that count. Without parts no row is named.
    """
    most = focus_values.DIGITS - focus_values.SCALE
    why = (
        f"costs that in one currency add up to more than {most} digits before the point, which is all that can be "
        "held. Export them in the right unit."
    )
    found = []
    for number in counted if parts else ():
        part, reading = parts[number]
        try:
            rows = source(reading, [number])
            largest = _largest(part, reading, rows, details=details, spill=spill, memory_mb=memory_mb)
        except duckdb.OutOfRangeException:  # before anything is added up, a row's own charge and credits are
            return BillRefused(f"One row of {part.key} has {why}", part=part.key)
        found += [largest] if largest else []
    if not found:
        return BillRefused(f"The bill has {why}")
    part, row_number, column, value, _ = max(found, key=itemgetter(-1))
    where = f"{part.key}, row {row_number:,} after the header: {column}"
    return BillRefused(f"{where} ({printable(value)!r}) is the largest of {why}", part=part.key, field=column)


def _largest(
    part: Part, reading: Reading, source: str, *, details: Sequence[str], spill: Path, memory_mb: int
) -> tuple[Part, int, str, str, Decimal] | None:
    """A part's largest cost, of whichever kind: its row, column and value as they stand in the file."""
    with ordered(spill, memory_mb=memory_mb) as database:
        shape, rows = recognise.focus_source(reading, numbered(source), is_numbered=True)
        read = focus.rows_of(shape, rows, has_values=True, details=details)
        costs = " union all ".join(
            f"select row_number, '{field}' as field, \"{field} as written\" as value, abs({column}) as size from read"
            for column, field in focus.COST_FIELDS.items()
        )
        largest = f"with read as ({read}) select * from ({costs}) where size is not null"
        row = database.execute(f"{largest} order by size desc, row_number, field limit 1").fetchone()
        if row is None:
            return None
        row_number, field, value, size = row
        database.execute(f"create temp table held as select * from {numbered(source)} where row_number = {row_number}")
        return part, row_number, _name(database, reading, field, value, row_number), value or "", size


@contextmanager
def ordered(spill: Path, *, memory_mb: int) -> Iterator[duckdb.DuckDBPyConnection]:
    """One thread keeps the rows in the file's order, so that their number says where to look."""
    with duckdb.connect(
        config={
            "threads": 1,
            "memory_limit": f"{memory_mb}MB",
            "temp_directory": str(spill),
        }
    ) as database:
        database.execute(bill_memory.half_of_the_disk(spill.parent))
        database.execute("set TimeZone = 'UTC'")
        yield database


def _judged(reading: Reading, rows: str, period: date | None, details: Sequence[str]) -> str:
    shape, source = recognise.focus_source(reading, rows, is_numbered=True)
    return focus.judged(focus.rows_of(shape, source, has_values=True, details=details), period=period, details=details)


def _rows(
    database: duckdb.DuckDBPyConnection, *, part: Part, reading: Reading, period: date | None, details: Sequence[str]
) -> Iterator[BadRow]:
    costs = ", ".join(
        f"case when {focus.is_readable(name)} then coalesce({name}, 0)::varchar end" for name in focus.COSTS
    )
    pieces = database.execute(
        f"""select row_number, problem, value, {focus.day_of("billing_period_start")},
                   {focus.day_of("charge_period_start")}, billing_currency, invoice_id <> '', {costs}
              from ({_judged(reading, "held", period, details)}) order by row_number, problem nulls last"""
    ).fetchall()
    found = focus.problems(period=period, details=details)
    for row_number, same in groupby(pieces, key=itemgetter(0)):
        together = list(same)
        read = dict(zip(READ, together[0], strict=False))
        problem, value = found[read["problem"]], read["value"]
        yield BadRow(
            part=part.key,
            row_number=row_number,
            column=_name(database, reading, problem.field, value, row_number),
            value=printable(value or ""),
            reason=problem.text,
            remedy=problem.remedy,
            billing_period=_day(read["billing_period"]),
            charge_date=_day(read["charge_date"]),
            currency=printable(read["billing_currency"]),
            has_invoice=read["has_invoice"],
            costs=_costs([piece[len(READ) :] for piece in together]),
        )


def _name(database: duckdb.DuckDBPyConnection, reading: Reading, name: str, value: str | None, row_number: int) -> str:
    def ask(what: str) -> tuple[Any, ...]:
        return database.execute(f"select {what} from held where row_number = {row_number}").fetchone() or ()

    alike = next((names for names in focus.TEXTS.values() if names[0] == name), (name,))
    there = next((one for one in alike if one in reading.shape.types), name)
    return recognise.name_as_written(reading, there, value, ask=ask)


def _costs(pieces: Sequence[tuple[str | None, ...]]) -> Mapping[str, Decimal | None]:
    """Of all that a row becomes, by column; None where one of them cannot be read."""
    with localcontext(prec=DIGITS):
        columns = zip(focus.COSTS, zip(*pieces, strict=True), strict=True)
        return {
            name: None if None in values else sum((Decimal(one) for one in values if one is not None), Decimal(0))
            for name, values in columns
        }


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None

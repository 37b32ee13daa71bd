"""Rows of a bill that differ in nothing but their amounts and the hour, made one row before they are mapped.

An export by the hour has some twenty rows for each line that is kept of it. What a rule says of the texts of one it
says of all of them; so they are added up as they stand in the file, exactly, and each sum is mapped once, as if it were
a row of the file. Only what is plain is added up. A row with anything odd, a number with an exponent, a moment with
another zone, stays a row of its own with its texts as they are: all that is said of it is said as without this.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from audits import focus_values
from audits.bill_format import ALIKE, Alike, Column, as_list, short
from audits.focus import COST_FIELDS, FIRST_MOMENT, QUANTITY_SCALE
from audits.focus_values import DIGITS, SCALE, said

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from audits.bill_format import BillFormat, ListAmounts
    from audits.dialect import Dialect

    Resolved = Mapping[str, Column | None]

ODD, LACKS, DAY, DAYS, PLAIN = "odd_texts", "lacking", "charged_day", "charged_days", "is_plain"
LAST_SUMMED = "2099-01-01"  # a year before the last moment that a bill may have
MOMENT_LENGTH = 19  # without its zone
# A moment within a day, and one within the last of its days, wherever between Greenwich and the Pacific that day is.
BEGINS, ENDS = "T20:00:00Z", "T08:00:00Z"
READ_TYPES = ("VARCHAR", "DOUBLE", "TIMESTAMP", "TIMESTAMP WITH TIME ZONE")  # any other is read as text
SAMPLE_ROWS = 50_000
SMALLEST_BYTES = 2_000_000  # of files: fewer are read sooner than it is told whether it pays
A_DAY = 24  # hours


@dataclass(frozen=True, kw_only=True)
class _Amount:
    """SQL for one amount: its exact value, whether it is plain, whether there is one."""

    value: str
    is_plain: str
    is_there: str


@dataclass(frozen=True, kw_only=True)
class _Rows:
    """The source columns of rows by what becomes of them, and SQL for each of them as it stands in the file."""

    read: Mapping[str, str]
    keys: tuple[str, ...]
    amounts: Mapping[str, _Amount]
    lists: Mapping[str, ListAmounts]
    moments: Mapping[str, str]
    alike: Alike
    mark: str


def added_up(
    bill_format: BillFormat, resolved: Resolved, source: str, dialect: Dialect, *, is_grouped: bool = False
) -> tuple[Resolved, str]:
    """The columns of rows alike, and the FROM that gives them with ALIKE and `filename`: both as those of a file.

    With `is_grouped`, `source` gives what `grouped` gave.
    """
    rows = _rows(bill_format, resolved, dialect)
    columns = {name: column and _column(rows, name, column) for name, column in resolved.items()}
    groups = f"select * from {source}" if is_grouped else _groups(rows, source)
    return columns, f"({_as_rows(rows, groups)})"


def grouped(bill_format: BillFormat, resolved: Resolved, source: str, dialect: Dialect) -> str:
    """A SELECT to be kept, of which `added_up` makes rows as often as they are asked for, and no file is read again."""
    return _groups(_rows(bill_format, resolved, dialect), source)


def sample(bill_format: BillFormat, resolved: Resolved, source: str, dialect: Dialect) -> str:
    """A query, for `pays`, of the first rows: how many, how many of them are plain, within a day, and not alike."""
    rows = _rows(bill_format, resolved, dialect)
    day, days = _days(rows)
    hours = _hours(rows) if rows.moments else f"{A_DAY}"
    apart = ", ".join(("filename", *_keys(rows), day, days))
    read = _read(rows, f"(select * from {source} limit {SAMPLE_ROWS})")
    return (
        f"select count(*), count_if({PLAIN}), count_if({PLAIN} and {hours} < {A_DAY}), "
        f"count(distinct hash({apart})) from ({read})"
    )


def pays(count: int, plain: int, hourly: int, apart: int) -> bool:
    """Whether rows are to be added up, by `sample`. Of rows by the hour those of a day may stand far apart."""
    return count > 0 and 2 * plain > count and (2 * hourly > count or 2 * apart < count)


def _rows(bill_format: BillFormat, resolved: Resolved, dialect: Dialect) -> _Rows:
    alike = bill_format.alike or Alike(amounts=())
    there = {name: column for name, column in resolved.items() if column is not None}
    lists = {name: one for name, one in alike.lists.items() if name in there}
    read = {
        name: as_list(column, bill_format.lists[name]) if name in lists else column.written or column.expression
        for name, column in there.items()
    }
    kinds = {name: column.type if column.type in READ_TYPES else "VARCHAR" for name, column in there.items()}
    for name in (*alike.amounts, *alike.moments):
        if name in there and there[name].type not in READ_TYPES:
            read[name] = f"cast({read[name]} as varchar)"
    amounts: dict[str, _Amount] = {}
    for name in alike.amounts:
        if name not in there:
            continue
        scale = _scale(bill_format, name)
        if kinds[name] == "DOUBLE":
            amounts[name] = _double(name)
        elif name in bill_format.numbers:
            amounts[name] = _foreign_text(name, scale, dialect.decimal_mark)
        else:
            amounts[name] = _text(name, scale)
    return _Rows(
        read=read,
        keys=tuple(name for name in there if name not in {*amounts, *lists, *alike.moments}),
        amounts=amounts,
        lists=lists,
        moments={name: kinds[name] for name in alike.moments},
        alike=alike,
        mark=dialect.decimal_mark,
    )


def _scale(bill_format: BillFormat, source: str) -> int:
    """To how many digits after the point an amount is kept: a cost to more than a quantity."""
    made = {name for name, one in bill_format.columns.items() if source in one.sources}
    return SCALE if made & {*COST_FIELDS.values()} else QUANTITY_SCALE


def _text(name: str, scale: int) -> _Amount:
    """Plain is what is read, of a cost to its last digit."""
    is_exact = f"strlen({name}) <= {SCALE} and not contains({name}, 'e') and not contains({name}, 'E')"
    is_kept = f"case when {is_exact} then true else {focus_values.is_kept(name)} end"
    return _Amount(
        value=f"try_cast({name} as decimal({DIGITS},{scale}))",
        is_plain=is_kept if scale == SCALE else "true",
        is_there=f"coalesce({name}, '') <> ''",
    )


def _foreign_text(name: str, scale: int, mark: str) -> _Amount:
    """Of a number that is written in someone's language, what has digits and a mark alone is plain in each of them."""
    digits = rf"[+-]?\d{{1,{DIGITS - scale}}}([{mark}]\d{{1,{scale}}})?"
    plain = f"replace({name}, '{mark}', '.')" if mark != "." else name
    return _Amount(
        value=f"try_cast({plain} as decimal({DIGITS},{scale}))",
        is_plain=f"regexp_full_match({name}, '{digits}')",
        is_there=f"coalesce({name}, '') <> ''",
    )


def _double(name: str) -> _Amount:
    """A number is its shortest text (`focus_values.with_shorts`). Of at most fifteen digits no two are one double."""
    short_one, whole = f"try_cast({name} as decimal(18,11))", f"try_cast({name} as bigint)"
    is_short = f"abs({name}) < 1e4 and cast({short_one} as double) = {name}"
    return _Amount(
        value=f"case when {is_short} then cast({short_one} as decimal({DIGITS},{QUANTITY_SCALE})) else {whole} end",
        is_plain=f"case when {is_short} then true else abs({name}) < 1e14 and {whole} = {name} end",
        is_there=f"{name} is not null",
    )


def _read(rows: _Rows, source: str) -> str:
    """The rows as they stand in the file, the values of their amounts and moments, and whether each is plain."""
    read = [f"{sql} as {name}" for name, sql in rows.read.items()]
    values = [f"{one.value} as {_value(name)}" for name, one in rows.amounts.items()]
    values += [f"{held.value} as {_value(name)}" for name, held in rows.lists.items()]
    values += [f"{_moment(name, kind)} as {_value(name)}" for name, kind in rows.moments.items()]
    inner = f"select filename, {', '.join(read)} from {source}"
    return (
        f"select *, coalesce({' and '.join(_conditions(rows))}, false) as {PLAIN} "
        f"from (select *, {', '.join(values)} from ({inner}))"
    )


def _conditions(rows: _Rows) -> Iterator[str]:
    """What makes a row plain, all together."""
    for name, one in rows.amounts.items():
        yield f"case when {_value(name)} is not null then {one.is_plain} else not ({one.is_there}) end"
    for held in rows.lists.values():
        yield f"({held.is_plain})"
    for name, kind in rows.moments.items():
        if not kind.startswith("TIMESTAMP"):
            yield (
                f"case strlen({name}) when {MOMENT_LENGTH} then {name}[17] = ':' when {MOMENT_LENGTH + 1} "
                f"then suffix({name}, 'Z') when {MOMENT_LENGTH + 4} then suffix({name}, ' UTC') and {name}[14] = ':' "
                f"and {name}[17] = ':' else false end"
            )
        yield f"{_value(name)} > timestamp '{FIRST_MOMENT}' + interval 1 day"
        yield f"{_value(name)} < timestamp '{LAST_SUMMED}'"


def _moment(name: str, kind: str) -> str:
    """A moment in UTC, of one that is plain."""
    if kind == "TIMESTAMP":
        return name
    if kind == "TIMESTAMP WITH TIME ZONE":
        return f"make_timestamp(epoch_us({name}))"
    without_zone = f"case when strlen({name}) > {MOMENT_LENGTH + 1} then left({name}, {MOMENT_LENGTH}) else {name} end"
    return f"try_cast({without_zone} as timestamp)"


def _days(rows: _Rows) -> tuple[str, str]:
    """SQL for a charge's first day and the number of its days (`focus.summed`), null where it is not of a plain row."""
    if not rows.moments:
        return "null::date", "null::bigint"
    day = f"cast({rows.alike.local(_value(next(iter(rows.moments))))} as date)"
    days = f"greatest(1, ({_hours(rows)} + {A_DAY - 1}) // {A_DAY})"
    return f"case when {PLAIN} then {day} end", f"case when {PLAIN} then {days} end"


def _hours(rows: _Rows) -> str:
    start, end = (rows.alike.local(_value(name)) for name in rows.moments)
    return f"date_diff('hour', {start}, {end})"


def _keys(rows: _Rows) -> list[str]:
    """What rows must agree in: their texts, what of their lists is no amount, which amounts they have."""
    lists = [f"case when {PLAIN} then {one.key} else {name} end" for name, one in rows.lists.items()]
    flags = [f"case when {one.is_there} then 0 else {2**at} end" for at, one in enumerate(rows.amounts.values())]
    signed = [name for name in rows.alike.signed if name in rows.amounts]
    for at, name in enumerate(signed, start=len(rows.amounts)):  # SQL's own sign() of a decimal is slow
        flags.append(f"case when {_value(name)} > 0 then {2 * 4**at} when {_value(name)} < 0 then {4**at} else 0 end")
    return [*rows.keys, *lists, f"case when {PLAIN} then {' + '.join(flags) or '0'} end"]


def _groups(rows: _Rows, source: str) -> str:
    texts = ", ".join(f"cast({name} as varchar)" for name in (*rows.amounts, *rows.moments))
    names = (*rows.keys, *rows.lists, LACKS, DAY, DAYS)
    keys = [f"{sql} as {name}" for name, sql in zip(names, (*_keys(rows), *_days(rows)), strict=True)]
    sums = [
        f"sum(case when {PLAIN} then {_value(name)} end) as {_sum_of(name)}" for name in (*rows.amounts, *rows.lists)
    ]
    return (
        f"select filename, {', '.join(keys)}, case when {PLAIN} then null else [{texts}] end as {ODD}, "
        f"{', '.join(sums)}, count(*) as {ALIKE} from ({_read(rows, source)}) group by all"
    )


def _as_rows(rows: _Rows, groups: str) -> str:
    """Groups as rows that might stand in the file; of odd ones as many as there are."""
    texts = [*rows.keys]
    for at, name in enumerate(rows.amounts, start=1):
        added = short(_sum_of(name))
        plain = f"replace({added}, '.', '{rows.mark}')" if rows.mark != "." else added
        texts.append(f"coalesce({ODD}[{at}], {plain}) as {name}")
    for at, (name, ending) in enumerate(zip(rows.moments, (BEGINS, ENDS), strict=False), start=len(rows.amounts) + 1):
        day = DAY if ending == BEGINS else f"({DAY} + cast({DAYS} as integer))"
        texts.append(f"case when {ODD} is null then {day} || '{ending}' else {ODD}[{at}] end as {name}")
    for name, one in rows.lists.items():
        restored = one.restored.format(total=short(_sum_of(name)))
        texts.append(f"case when {ODD} is null then {restored} else {name} end as {name}")
    each = f"case when {ODD} is null then [{ALIKE}] else list_transform(range({ALIKE}), lambda one: 1) end"
    return f"select filename, {', '.join(texts)}, unnest({each}) as {ALIKE} from ({groups})"


def _value(name: str) -> str:
    return f"{name}_value"


def _sum_of(name: str) -> str:
    return f"{name}_sum"


def _column(rows: _Rows, name: str, column: Column) -> Column:
    """A column as rows alike have it. A text that says nothing still does so as in the file."""
    if name in rows.lists:
        return Column(name=column.name, type="STRUCT(text VARCHAR)[]", expression=name)
    kind = "VARCHAR" if name in rows.amounts or name in rows.moments else column.type
    says_nothing = column.written and column.expression != column.written
    return Column(
        name=column.name,
        type=kind,
        expression=said(name) if says_nothing else name,
        written=name if kind == "VARCHAR" else "",
    )

"""What a bill's format is: the columns it is recognised by, and from which of its columns each FOCUS column is made."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from audits import focus_values
from audits.dialect import Dialect, plain_date, plain_number

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

ALIKE = "rows_alike"  # how many rows of a file a row stands for (`audits.alike_rows`)
CHARGE = "charge"  # the piece that every source row becomes; a row may become further ones
NUMBER, QUANTITY = "decimal(38,24)", "decimal(38,18)"
QUOTE = "'"


@dataclass(frozen=True, kw_only=True)
class Column:
    """A column as it stands in a file: its name, with its path where it is nested, its DuckDB type, how to read it.

    `written` is how a text is read as it stands there, where the file is one of text: most say something, as they are.
    """

    name: str
    type: str
    expression: str
    written: str = ""


@dataclass(frozen=True, kw_only=True)
class Mapped:
    """Where a FOCUS column comes from: the source columns, the rule in words, and in SQL over our names of them."""

    sources: tuple[str, ...]
    rule: str
    sql: str


@dataclass(frozen=True, kw_only=True)
class Absent:
    """A FOCUS column that this format does not deliver. It stays null; nothing is put in its place."""

    reason: str
    sources: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class ListAmounts:
    """How the amounts within a column of `BillFormat.lists` are added up, in SQL over that column.

    `value` is their exact sum, null where there is none, `is_plain` whether it is all that rules read of them, `key`
    what else the list holds, and `restored` a list of that `key` whose amounts add up to `total`.
    """

    value: str
    is_plain: str
    key: str
    restored: str


@dataclass(frozen=True, kw_only=True)
class Alike:
    """What rows that are otherwise the same may differ in, so that one row may stand for all of them.

    Of `amounts` the rules read the sum alone, and whether there is one: they hand them on, or add them up. Of those
    that are `signed` it is also asked whether they are nought, so none is added to one of another sign. Of
    `moments`, a charge's start and end, they read the days, in the time that `local` gives of a moment in UTC. What a
    rule makes of other numbers is `each` row's.
    """

    amounts: tuple[str, ...]
    signed: tuple[str, ...] = ()
    lists: Mapping[str, ListAmounts] = field(default_factory=dict)
    moments: tuple[str, ...] = ()
    local: Callable[[str], str] = str


@dataclass(frozen=True, kw_only=True)
class BillFormat:
    """A provider's own export, and how its rows become FOCUS rows.

    `columns` maps each FOCUS column that we keep. `names` gives other spellings of a source column, the best first;
    case, spaces and signs never matter. `marks` are the source columns without which a file is not of this format.
    `maps` are columns that hold more columns by key; `gathered` are source columns that hold a map as a whole, or are
    made as JSON of all columns whose names begin as the pattern says, by what follows; `lists` hold records of text,
    with these names. `numbers` and `dates` are source columns that are written in the language of whoever exported
    them. `pieces` is SQL for the list of what a row becomes, read in rules as `piece`. `structure` is what a row of
    JSON holds: a type for each column, or the names of the text within. `alike` is there where rows may be added up
    before they are mapped.
    """

    id: str
    title: str
    marks: tuple[str, ...]
    columns: Mapping[str, Mapped | Absent]
    names: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    maps: tuple[str, ...] = ()
    gathered: Mapping[str, str] = field(default_factory=dict)
    lists: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    numbers: tuple[str, ...] = ()
    dates: tuple[str, ...] = ()
    structure: Mapping[str, str | tuple[str, ...]] = field(default_factory=dict)
    pieces: str = f"['{CHARGE}']"
    alike: Alike | None = None

    def sources(self) -> tuple[str, ...]:
        """Every source column that some rule, or the language, is told from, each once."""
        found = [name for one in self.columns.values() if isinstance(one, Mapped) for name in one.sources]
        return tuple(dict.fromkeys((*self.marks, *self.numbers, *self.dates, *found)))


def json_type(held: str | tuple[str, ...]) -> str:
    """The DuckDB type of a column of `BillFormat.structure`."""
    return held if isinstance(held, str) else f"STRUCT({', '.join(f'{name} VARCHAR' for name in held)})"


def json_columns(bill_format: BillFormat) -> tuple[tuple[str, str], ...]:
    """Every column of `BillFormat.structure` with its type, those within others by their path."""
    return tuple(
        one
        for name, held in bill_format.structure.items()
        for one in ([(name, held)] if isinstance(held, str) else [(f"{name}.{leaf}", "VARCHAR") for leaf in held])
    )


def same(*sources: str) -> Mapped:
    """The source's value as it is, of the first column that has one."""
    rule = "as it is" if len(sources) == 1 else "the first that has a value"
    sql = sources[0] if len(sources) == 1 else f"coalesce({', '.join(sources)})"
    return Mapped(sources=sources, rule=rule, sql=sql)


def constant(value: str) -> Mapped:
    """The same for every row."""
    return Mapped(sources=(), rule=f"always {value}", sql=f"'{value}'")


def squashed(name: str) -> str:
    """A column's name without what spellings differ in: lineItem/UsageType is line_item_usage_type."""
    return re.sub(r"[^a-z0-9]", "", name.lower())


def resolve(bill_format: BillFormat, columns: Sequence[Column]) -> dict[str, Column | None]:
    """The file's column for each source column of the format, None where it has none."""
    there = {squashed(column.name): column for column in columns}
    return {
        name: _column(bill_format, name, there) or _gathered(bill_format.gathered.get(name), columns)
        for name in bill_format.sources()
    }


def _gathered(pattern: str | None, columns: Sequence[Column]) -> Column | None:
    """All columns whose names begin so, as one of JSON."""
    if pattern is None:
        return None
    pairs = [(column.name[found.end() :], column) for column in columns if (found := re.match(pattern, column.name))]
    if not pairs:
        return None
    keys = ", ".join(f"'{key.replace(QUOTE, QUOTE * 2)}', {column.expression}" for key, column in pairs)
    return Column(name=pairs[0][1].name, type="VARCHAR", expression=f"cast(json_object({keys}) as varchar)")


def _column(bill_format: BillFormat, name: str, there: Mapping[str, Column]) -> Column | None:
    for spelling in (name, *bill_format.names.get(name, ())):
        if (found := there.get(squashed(spelling))) is not None:
            return found
    for prefix in bill_format.maps:
        held = there.get(squashed(prefix))
        if name.startswith(f"{prefix}_") and held is not None:
            return _entry(held, key=name.removeprefix(f"{prefix}_"))
    return None


def _entry(column: Column, *, key: str) -> Column:
    """One entry of a column that holds a map, in Parquet as such, in CSV as JSON."""
    read = f"{column.expression}['{key}']" if column.type.startswith("MAP") else _from_json(column, key)
    return Column(name=f"{column.name}.{key}", type="VARCHAR", expression=read)


def _from_json(column: Column, key: str) -> str:
    return f"case when json_valid({column.expression}) then json_extract_string({column.expression}, '$.{key}') end"


def missing_marks(bill_format: BillFormat, columns: Sequence[Column]) -> list[str]:
    """The marks of a format that a file lacks; none of them, and it is of this format."""
    found = resolve(bill_format, columns)
    return [name for name in bill_format.marks if found[name] is None]


BESIDE = ("filename",)


def read_as_text(
    bill_format: BillFormat, columns: Sequence[Column], source: str, *, beside: Sequence[str] = BESIDE
) -> str:
    """A SELECT of a file's rows with every source column of the format as text, null where it says nothing.

    Its `lists` are lists of records, empty where it says nothing.
    `source` gives the file's columns, and those `beside`, which are handed on.
    """
    return text_of(bill_format, resolve(bill_format, columns), source, beside=beside)


def text_of(
    bill_format: BillFormat, resolved: Mapping[str, Column | None], source: str, *, beside: Sequence[str] = BESIDE
) -> str:
    """As `read_as_text`, of columns that are found already."""
    read = ", ".join(
        f"{as_list(column, bill_format.lists[name]) if name in bill_format.lists else _as_text(column)} as {name}"
        for name, column in resolved.items()
    )
    return f"select {', '.join(beside)}, {read} from {source}"


def plain_rows(bill_format: BillFormat, rows: str, dialect: Dialect) -> str:
    """A SELECT of rows that were `read_as_text`, with numbers as 1234.5 and dates as 2026-10-31."""
    plain = [f"{plain_number(name, dialect)} as {name}" for name in bill_format.numbers]
    plain += [f"{plain_date(name, dialect)} as {name}" for name in bill_format.dates]
    return f"select * replace ({', '.join(plain)}) from ({rows})" if plain else rows


def as_focus(
    bill_format: BillFormat, rows: str, *, dialect: Dialect, keep: str = "true", beside: Sequence[str] = BESIDE
) -> str:
    """A SELECT of rows that were `read_as_text` as FOCUS rows: those `beside`, and text for each FOCUS column.

    `is_own_row` is true for the first of the rows that a row becomes.
    Rows for which `keep` does not hold are left out.
    """
    mapped = ", ".join(f'{_sql_of(one)} as "{name}"' for name, one in bill_format.columns.items())
    alone = "" if ALIKE in beside else f", 1 as {ALIKE}"
    plain = plain_rows(bill_format, rows, dialect)
    return (
        f"select {', '.join(dict.fromkeys((*beside, ALIKE)))}, nth = 1 as is_own_row, {mapped} from "
        "(select *, unnest(pieces) as piece, generate_subscripts(pieces, 1) as nth from "
        f"(select *{alone}, {bill_format.pieces} as pieces from ({plain}) where {keep}))"
    )


def _sql_of(one: Mapped | Absent) -> str:
    return f"cast({one.sql} as varchar)" if isinstance(one, Mapped) else "null::varchar"


def _as_text(column: Column | None) -> str:
    if column is None:
        return "null::varchar"
    read = f"to_json({column.expression})" if column.type.startswith("MAP") else column.expression
    plain = f"nullif(trim(cast({read} as varchar)), '')"
    return (
        f"case when {_may_differ(column.written)} then {plain} else {column.written} end" if column.written else plain
    )


def _may_differ(written: str) -> str:
    """Whether a text may say nothing or have a space at an end, which are many in Unicode: told in little time."""
    return (
        f"{written} < '!' or suffix({written}, ' ') or {written} = {focus_values.NOTHING} "
        f"or strlen({written}) <> length({written})"
    )


def as_list(column: Column | None, names: tuple[str, ...]) -> str:
    """SQL for a column as a list of records. What is no list becomes one whose every value says so, to be refused."""
    kind = f"STRUCT({', '.join(f'{name} VARCHAR' for name in names)})[]"
    if column is None:
        return f"[]::{kind}"
    if column.type.endswith("[]") and column.type.startswith("STRUCT"):
        return f"coalesce(cast({column.expression} as {kind}), []::{kind})"
    text = _as_text(column)
    template = "{" + ", ".join(f'"{name}": "VARCHAR"' for name in names) + "}"
    wrong = ", ".join(f"'{name}': {text} || ' (no list)'" for name in names)
    is_list = f"json_valid({text}) and json_type(try_cast({text} as json)) = 'ARRAY'"
    return f"""case when {text} is null then []::{kind}
        when {is_list} then from_json({text}, '[{template}]') else [{{{wrong}}}]::{kind} end"""


def sum_of(*names: str, less: Iterable[str] = ()) -> str:
    """SQL for the exact sum of columns of text, as text. What is no number is handed on as it stands, to be refused."""
    plus, minus = list(names), list(less)
    terms = [f"coalesce(try_cast({name} as {NUMBER}), 0)" for name in plus]
    terms += [f"-coalesce(try_cast({name} as {NUMBER}), 0)" for name in minus]
    wrong = " ".join(f"when {is_lost(name)} then {name}" for name in (*plus, *minus))
    return f"case {wrong} else {short(' + '.join(terms))} end"


def share_of(amount: str, *, part: Iterable[str], whole: Iterable[str]) -> str:
    """SQL for an amount of text times how much `part` is of `whole`, each a sum; the amount where that is not told.

    The share is rounded to a millionth, as no contract goes beyond, so that shares of amounts add up to that of their
    sum. What is no number is handed on as it stands, to be refused.
    """
    terms = list(part), list(whole)
    sums = [" + ".join(f"coalesce(try_cast({one} as double), 0)" for one in some) for some in terms]
    share = f"try_cast(({sums[0]}) / nullif({sums[1]}, 0) as decimal(12,6))"
    product = short(f"try_cast({amount} as decimal(26,14)) * nullif({share}, 1)")
    wrong = " ".join(f"when {is_lost(one)} then {one}" for one in (*terms[0], *terms[1]))
    return f"case {wrong} else coalesce({product}, {amount}) end"


def short(number: str) -> str:
    """SQL for a decimal as text without noughts at its end: what is short is plainly exact, which is told at once."""
    return f"rtrim(rtrim(cast({number} as varchar), '0'), '.')"


def each(value: str, *, number: str = NUMBER) -> str:
    """SQL for a number of text that is each row's own: for as many rows as are alike, and exact to `number`'s digits.

    What is no number is handed on as it stands, to be refused.
    """
    times = f"cast(try_cast({value} as {number}) * {ALIKE} as varchar)"
    return f"case when {ALIKE} = 1 then {value} else coalesce({times}, {value}) end"


def is_lost(text: str) -> str:
    """SQL for whether a text that is there is no number, or one with more digits than are kept.

    Of an OR DuckDB computes both sides for every row, of a CASE only what is asked for; the last is slow.
    """
    is_short = f"strlen({text}) <= {focus_values.SCALE} and not contains(lower({text}), 'e')"
    return (
        f"case when {text} is null then false when try_cast({text} as {NUMBER}) is null then true "
        f"when {is_short} then false else not {focus_values.is_kept(text)} end"
    )


def product_of(price: str, quantity: str, *, rate: str = "1") -> str:
    """SQL for a price times a quantity, to twelve digits after the point: what a provider gives as two columns.

    `rate` is SQL for the number that takes the price into the row's currency. What is no number, or too large, is
    handed on as it stands, to be refused.
    """
    amount = f"try_cast({price} as double) * try_cast({quantity} as double) * ({rate})"
    product = f"try_cast({amount} as decimal(38,12))"
    wrong = " ".join(
        f"when {name} is not null and try_cast({name} as double) is null then {name}" for name in (price, quantity)
    )
    too_large = f"{price} || ' * ' || {quantity}"
    return f"coalesce(cast({product} as varchar), case {wrong} else {too_large} end)"

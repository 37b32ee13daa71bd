"""The SQL that reads one value of a bill exactly: a text, a number, a moment, however the file holds it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from audits.bill_parts import IS_READ

if TYPE_CHECKING:
    from collections.abc import Iterable

    from audits.bill_parts import Shape

DIGITS, SCALE = 38, 24  # what a cost is held in: 14 digits before the point, 24 after it
NOTHING = "'NULL'"  # what some exports, and files made from them, hold where they mean nothing


def quoted(name: str) -> str:
    """A column's name as SQL writes it."""
    return '"' + name.replace('"', '""') + '"'


def plain_text(shape: Shape, name: str) -> str:
    """A column as text, null where the file says nothing."""
    kind, column = shape.types.get(name), quoted(name)
    if kind is None:
        return "null::varchar"
    if kind != "VARCHAR":
        return f"cast({column} as varchar)"
    return column if shape.format == IS_READ else said(column)


def as_written(shape: Shape, name: str) -> str:
    """As `plain_text`, but a text that says nothing may stand there as the file has it: no number and no moment is."""
    return quoted(name) if shape.types.get(name) == "VARCHAR" else plain_text(shape, name)


def says_nothing(shape: Shape, name: str) -> str:
    """Whether a column is null by `plain_text`."""
    column = quoted(name)
    if shape.types.get(name, "VARCHAR") != "VARCHAR":
        return f"{column} is null"
    if name not in shape.types or shape.format == IS_READ:
        return f"{plain_text(shape, name)} is null"
    return f"coalesce({column} in ('', {NOTHING}), true)"


def said(column: str) -> str:
    """A text as a file has it, null where it says nothing."""
    return f"nullif(nullif({column}, ''), {NOTHING})"


def text(shape: Shape, names: Iterable[str]) -> str:
    """The first of the columns that says something, else an empty text."""
    there = [plain_text(shape, name) for name in names if name in shape.types]
    return f"coalesce({', '.join(there)}, '')" if there else "''"


def text_as_written(shape: Shape, names: Iterable[str]) -> str:
    """As `text`, but a text that says nothing may be null, empty or NOTHING: as it is, a dictionary of Parquet is kept.

    Only one column can be taken as it is: of several, what each says decides.
    """
    there = [name for name in names if name in shape.types]
    if len(there) == 1 and shape.types[there[0]] == "VARCHAR":
        return quoted(there[0])
    return f"coalesce({', '.join(plain_text(shape, name) for name in there)})" if there else "null::varchar"


def number(shape: Shape, name: str, scale: int) -> str:
    """The exact decimal of a column, null where it is none. A DOUBLE counts as its shortest text."""
    kind = shape.types.get(name, "VARCHAR")
    is_exact_type = kind.startswith("DECIMAL") or kind.endswith(("INT", "INTEGER"))
    value = quoted(name) if is_exact_type else as_written(shape, name)
    decimal = f"try_cast({value} as decimal({DIGITS},{scale}))"
    if kind != "DOUBLE":
        return decimal
    return f"case when {_is_short(name)} then cast({_short(name)} as decimal({DIGITS},{scale})) else {decimal} end"


def with_shorts(shape: Shape, source: str, *, columns: Iterable[str], beside: Iterable[str]) -> str:
    """`columns` and `beside` of `source`, and of each DOUBLE the decimal that is its shortest text, where it is short.

    No two decimals of up to 15 digits have the same nearest double, so one that leads back to it is the shortest. Each
    step is a SELECT of its own, so that it is taken once for `number` and for `is_exact`. Nothing else of the source is
    handed on: a column of the file's own with one of these names would be taken for it.
    """
    there = [name for name in dict.fromkeys(columns) if name in shape.types]
    doubles = [name for name in there if shape.types[name] == "DOUBLE"]
    if not doubles:
        return source
    kept = ", ".join([*beside, *map(quoted, there)])
    shorts = ", ".join(f"try_cast({quoted(name)} as decimal(18,11)) as {_short(name)}" for name in doubles)
    flags = ", ".join(
        f"coalesce(abs({quoted(name)}) < 1e4 and cast({_short(name)} as double) = {quoted(name)}, false)"
        f" as {_is_short(name)}"
        for name in doubles
    )
    return f"(select *, {flags} from (select {kept}, {shorts} from {source}))"


def _short(name: str) -> str:
    return f'"{name} in short"'


def _is_short(name: str) -> str:
    return f'"{name} is short"'


def is_exact(shape: Shape, name: str) -> str:
    """Whether a cost has no digit beyond SCALE. Nearly all are plainly so, and the slow part is seldom run."""
    kind, column, plain = shape.types[name], quoted(name), as_written(shape, name)
    if kind.startswith("DECIMAL"):
        return "true" if int(kind.rpartition(",")[2].rstrip(")")) <= SCALE else "false"
    if kind in {"DOUBLE", "FLOAT"}:
        # At most 17 digits, so from 1e-7 on the last one stands within 24 places.
        is_plain = f"{column} is null or {column} = 0 or abs({column}) >= 1e-7"
        is_plain = f"{_is_short(name)} or {is_plain}" if kind == "DOUBLE" else is_plain
    else:
        has_exponent = f"contains({plain}, 'e') or contains({plain}, 'E')"
        is_plain = f"{plain} is null or (strlen({plain}) <= {SCALE} and not ({has_exponent}))"
    return f"case when {is_plain} then true else {is_kept(plain)} end"


def is_kept(plain: str) -> str:
    """Whether a number of text, however written, has no digit beyond SCALE. Slow."""
    digits = rf"length(regexp_extract({plain}, '^\s*[+-]?\d*\.?(\d*?)0*\s*(?:[eE].*)?$', 1))"
    noughts = rf"length(regexp_extract({plain}, '^\s*[+-]?\d*?(0*)\.?0*\s*(?:[eE].*)?$', 1))"
    exponent = rf"coalesce(try_cast(regexp_extract({plain}, '[eE]([+-]?\d+)\s*$', 1) as integer), 0)"
    is_nothing = f"not regexp_matches({plain}, '^[^eE]*[1-9]')"
    return f"({is_nothing} or {digits} - {noughts} - {exponent} <= {SCALE})"


def moment(shape: Shape, name: str) -> str:
    """A moment in UTC. A text's own offset counts: read as a plain TIMESTAMP it would be dropped."""
    kind = shape.types[name]
    if kind.startswith("TIMESTAMP") and "ZONE" not in kind:
        return f"cast({quoted(name)} as timestamp)"
    plain = as_written(shape, name)
    zoned = f"timezone('UTC', try_cast({plain} as timestamptz))"
    if kind != "VARCHAR":
        return zoned
    # Zones are slow, and nearly all texts are in UTC already: 2026-10-31T00:00:00Z, 2026-10-31 00:00:00, 2026-10-31.
    is_utc = f"suffix({plain}, 'Z') or strlen({plain}) = 10 or (strlen({plain}) = 19 and {plain}[17] = ':')"
    return f"case when {is_utc} then try_cast({plain} as timestamp) else {zoned} end"

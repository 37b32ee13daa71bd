"""Which format each part of a bill has, and the language that it is written in."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import TYPE_CHECKING, Any

from audits import alike_rows
from audits.azure_pair import keeps
from audits.bill_format import (
    ALIKE,
    Column,
    as_focus,
    json_columns,
    json_type,
    missing_marks,
    read_as_text,
    resolve,
    squashed,
    text_of,
)
from audits.bill_formats import AZURE_COST, BILL_FORMATS
from audits.bill_parts import IS_READ, BillRefused, Part, Shape
from audits.dialect import SAMPLE_ROWS, Dialect, Evidence, Undecided, decide, evidence_of
from audits.focus import NUMBERS, OWN_ROW, REQUIRED, TEXTS, TIMES
from audits.focus_values import said

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from audits.bill_format import BillFormat

FOCUS = "focus"
TAKEN = ("filename", "row_number", OWN_ROW, ALIKE)  # columns that stand beside a file's own while it is read
OURS = {*NUMBERS.values(), *TIMES.values(), *(name for names in TEXTS.values() for name in names)}
SHOWN_NAMES, SHOWN_CHARACTERS = 12, 60
TITLES: Mapping[str, str] = {FOCUS: "FOCUS", **{one.id: one.title for one in BILL_FORMATS}}
Ask = Callable[[str], Sequence[Any]]  # the first row that a query gives


@dataclass(frozen=True, kw_only=True)
class Reading:
    """How a part is to be read. Parts that are read the same way are read together. `keep` is for foreign rows."""

    shape: Shape
    format_id: str
    dialect: Dialect = field(default_factory=Dialect)
    keep: str = "true"


def recognise(part: Part, shape: Shape) -> str:
    """The id of the format whose columns a part has. Raises BillRefused where it is none's, or a column is doubled."""
    require_good_names(part, [name for name, _ in shape.columns])
    if shape.format == "json":
        return _recognise_json(part, shape)
    _require_no_structures(part, shape, OURS)
    if not (missing := [name for name in REQUIRED if name not in shape.types]):
        return FOCUS
    columns = columns_of(shape)
    lacks = {one.id: missing_marks(one, columns) for one in BILL_FORMATS}
    for format_id, marks in lacks.items():
        if not marks:
            one = format_of(format_id)
            spellings = {name for source in one.sources() for name in (source, *one.names.get(source, ()))}
            _require_no_structures(
                part, shape, {squashed(name) for name in spellings - {*one.lists, *one.gathered}}, squashed
            )
            _require_one_spelling(part, one, columns)
            return format_id
    shares = {FOCUS: len(missing) / len(REQUIRED)}
    shares |= {one.id: len(lacks[one.id]) / len(one.marks) for one in BILL_FORMATS}
    nearest = min(shares, key=lambda one: shares[one])
    lacking = missing if nearest == FOCUS else lacks[nearest]
    why = f"it comes nearest to {TITLES[nearest]}, but has no column {', '.join(lacking)}"
    raise BillRefused(
        f"{part.key} is no bill that is known here: {why if shares[nearest] < 1 else 'it has no column of any'}. "
        f"Known are {', '.join(TITLES.values())}; as CSV with a header line, or as Parquet; "
        "Google Cloud's also as JSON lines.",
        part=part.key,
        field=lacking[0] if shares[nearest] < 1 else "",
    )


def _recognise_json(part: Part, shape: Shape) -> str:
    """As above, of JSON lines, by the first one."""
    there = {name for name, _ in shape.columns}
    for one in BILL_FORMATS:
        held = tuple(column for column in json_columns(one) if column[0].partition(".")[0] in there)
        if not missing_marks(one, columns_of(Shape(format="json", columns=held))):
            return one.id
    raise BillRefused(
        f"{part.key} is JSON lines of no bill that is known here: it has {_shown(there)}. Known as "
        f"JSON lines are: {', '.join(one.title for one in BILL_FORMATS if one.structure)}.",
        part=part.key,
    )


def _require_no_structures(
    part: Part, shape: Shape, names: Collection[str], spelled: Callable[[str], str] = lambda name: name
) -> None:
    """Raise BillRefused where a column that we read holds further ones or a list, which would be passed over."""
    for name, kind in shape.columns:
        top, _, within = name.partition(".")
        if spelled(top) in names and (within or kind.endswith("[]") or kind.startswith("MAP")):
            raise BillRefused(
                f"{part.key}: {top} is a structure. Export it as text or as a number.", part=part.key, field=top
            )


def _require_one_spelling(part: Part, bill_format: BillFormat, columns: Sequence[Column]) -> None:
    """Raise BillRefused where two columns of a file are the same one of the format: nobody knows which is meant."""
    for column in resolve(bill_format, columns).values():
        alike = [one.name for one in columns if column is not None and squashed(one.name) == squashed(column.name)]
        if len(alike) > 1:
            raise BillRefused(
                f"{part.key} has the columns {alike[0]!r} and {alike[1]!r}, which are the same one. Leave one of them "
                "out of the export.",
                part=part.key,
                field=alike[0],
            )


def full_shape(shape: Shape, format_id: str) -> Shape:
    """The shape with all columns that a row may have: the first line of JSON need not have them all."""
    if shape.format != "json":
        return shape
    return replace(shape, columns=json_columns(format_of(format_id)))


def json_types(format_id: str) -> dict[str, str]:
    """What DuckDB reads of a row of JSON lines: type by column."""
    return {name: json_type(held) for name, held in format_of(format_id).structure.items()}


def require_good_names(part: Part, names: Sequence[str]) -> None:
    """Raise BillRefused where a column stands in a file twice, or is called as one that the reader puts beside them."""
    if taken := [name for name in names if name.lower() in TAKEN]:
        raise BillRefused(
            f"{part.key} has a column {taken[0]!r}, which is what we call one of our own while reading. Rename it.",
            part=part.key,
            field=taken[0],
        )
    lowered = [name.lower() for name in names]
    if doubled := sorted({name for name in names if lowered.count(name.lower()) > 1}):
        raise BillRefused(
            f"{part.key} has the column {doubled[0]!r} more than once. Leave one of them out of the export.",
            part=part.key,
            field=doubled[0],
        )


def columns_of(shape: Shape) -> tuple[Column, ...]:
    """The columns of a part as its SQL names them."""
    return tuple(
        Column(name=name, type=kind, expression=said(_quoted(name)), written=_quoted(name))
        if shape.format == "csv"
        else Column(
            name=name,
            type=kind,
            expression=_path(name),
            written=_path(name) if (shape.format, kind) == ("json", "VARCHAR") else "",
        )
        for name, kind in shape.columns
    )


def format_of(format_id: str) -> BillFormat:
    """The format of an id that is not FOCUS."""
    return next(one for one in BILL_FORMATS if one.id == format_id)


def dialect_of(part: Part, shape: Shape, format_id: str, source: str, ask: Ask) -> Dialect:
    """The language that a part is written in, from a sample, else from all of it. Raises BillRefused."""
    if format_id == FOCUS or not (bill_format := format_of(format_id)).numbers or shape.format != "csv":
        return Dialect()
    rows = read_as_text(bill_format, columns_of(shape), source)
    try:
        return _decided(bill_format, f"select * from ({rows}) limit {SAMPLE_ROWS}", ask)
    except Undecided as undecided:
        refused = undecided
    if not refused.is_contradiction:
        try:
            return _decided(bill_format, rows, ask)
        except Undecided as undecided:
            refused = undecided
    raise BillRefused(f"{part.key} {refused}. {refused.remedy}", part=part.key) from None


def _decided(bill_format: BillFormat, rows: str, ask: Ask) -> Dialect:
    values = ask(evidence_of(rows, numbers=bill_format.numbers, dates=bill_format.dates))
    return decide(Evidence(**dict(zip((one.name for one in fields(Evidence)), values, strict=True))))


def kept(
    parts: Sequence[Part], readings: Sequence[Reading], rows: Sequence[str], ask: Ask, *, alike: Sequence[int]
) -> list[Reading]:
    """The readings, so that no cost that stands in several parts is read more than once. Raises BillRefused.

    `rows` gives each part's, as `as_text`.
    """
    if not may_tell_twice(parts, readings):
        return list(readings)
    read = [(one, reading.dialect) for one, reading in zip(rows, readings, strict=True)]
    return [replace(one, keep=keep) for one, keep in zip(readings, keeps(parts, read, ask, alike), strict=True)]


def may_tell_twice(parts: Sequence[Part], readings: Sequence[Reading]) -> bool:
    """Whether a cost may stand in several parts, which their rows must tell before they are summed."""
    return len(parts) > 1 and readings[0].format_id == AZURE_COST.id


def as_text(reading: Reading, source: str, *, is_grouped: bool = False) -> str:
    """A SELECT of the rows of a part that is not FOCUS, as text; with `is_grouped`, `source` is of `grouped`."""
    bill_format = format_of(reading.format_id)
    resolved: Mapping[str, Column | None] = resolve(bill_format, columns_of(reading.shape))
    if is_grouped:
        resolved, source = alike_rows.added_up(bill_format, resolved, source, reading.dialect, is_grouped=True)
    return text_of(bill_format, resolved, source)


def grouped(reading: Reading, source: str) -> str:
    """A SELECT of rows alike as one, to be kept and read by `as_text` and `focus_source` as often as it takes."""
    bill_format = format_of(reading.format_id)
    resolved = resolve(bill_format, columns_of(reading.shape))
    return alike_rows.grouped(bill_format, resolved, source, reading.dialect)


def focus_source(
    reading: Reading, source: str, *, is_numbered: bool = False, is_alike: bool = False, is_grouped: bool = False
) -> tuple[Shape, str]:
    """How the rows of a part are read as FOCUS: their shape, and the FROM that gives them.

    With `is_numbered`, `source` gives `row_number` too, and so do the rows. With `is_alike`, rows alike are one, and
    with `is_grouped` they are that in `source` already, which is of `grouped`.
    """
    if reading.format_id == FOCUS:
        return reading.shape, source
    bill_format = format_of(reading.format_id)
    resolved: Mapping[str, Column | None] = resolve(bill_format, columns_of(reading.shape))
    beside = ("filename", "row_number") if is_numbered else ("filename",)
    if is_alike or is_grouped:
        resolved, source = alike_rows.added_up(bill_format, resolved, source, reading.dialect, is_grouped=is_grouped)
        beside = ("filename", ALIKE)
    rows = text_of(bill_format, resolved, source, beside=beside)
    columns = ((OWN_ROW, "BOOLEAN"), (ALIKE, "BIGINT"), *((name, "VARCHAR") for name in bill_format.columns))
    shape = Shape(format=IS_READ, columns=columns)
    return shape, f"({as_focus(bill_format, rows, dialect=reading.dialect, keep=reading.keep, beside=beside)})"


def alike_pay(reading: Reading, source: str, ask: Ask) -> bool:
    """Whether rows alike are to be made one before they are mapped, by the first rows of a part."""
    if reading.format_id == FOCUS or (bill_format := format_of(reading.format_id)).alike is None:
        return False
    resolved = resolve(bill_format, columns_of(reading.shape))
    return alike_rows.pays(*ask(alike_rows.sample(bill_format, resolved, source, reading.dialect)))


def sources_of(reading: Reading, name: str) -> list[Column]:
    """The file's own columns that a FOCUS column is made of; none where the file has no other name for it."""
    if reading.format_id == FOCUS:
        return []
    bill_format = format_of(reading.format_id)
    resolved = resolve(bill_format, columns_of(reading.shape))
    return [one for source in bill_format.columns[name].sources if (one := resolved[source]) is not None]


def name_as_written(reading: Reading, name: str, value: str | None, *, ask: Ask) -> str:
    """The file's own column that a wrong FOCUS value comes from: of those it is made of, the one that has the value."""
    columns = sources_of(reading, name)
    if not columns:
        return name
    held = ask(", ".join(f"cast({column.expression} as varchar)" for column in columns))
    return next((one.name for one, text in zip(columns, held, strict=True) if text == value), columns[0].name)


def _shown(names: Collection[str]) -> str:
    """A few names, in a form that every log and database can hold."""
    return ", ".join(repr(one[:SHOWN_CHARACTERS]) for one in sorted(names)[:SHOWN_NAMES]) or "no column"


def _path(name: str) -> str:
    return ".".join(_quoted(one) for one in name.split("."))


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'

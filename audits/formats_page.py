"""How each format of a bill is read, as its page shows it: from the mapping that reads it, so it cannot be stale."""

from __future__ import annotations

from dataclasses import dataclass

from audits.bill_format import Absent, Mapped
from audits.bill_formats import BILL_FORMATS
from audits.charge_details import DIMENSIONS, MOST_VALUES, OWN_PREFIX, TAGS
from audits.focus import NUMBERS, REQUIRED, TEXTS, TIMES
from audits.recognise import FOCUS, TITLES


@dataclass(frozen=True, kw_only=True)
class MappingRow:
    """One FOCUS column: the columns that it is made of, and how, or why it stays empty."""

    column: str
    sources: tuple[str, ...]
    rule: str
    is_absent: bool = False


@dataclass(frozen=True, kw_only=True)
class FormatTable:
    """A format, the columns by which it is recognised, other spellings of its columns, and its mapping."""

    id: str
    title: str
    marks: tuple[str, ...]
    spellings: tuple[tuple[str, tuple[str, ...]], ...]
    rows: tuple[MappingRow, ...]


def format_tables() -> list[FormatTable]:
    """Every format, FOCUS first."""
    return [_focus(), *(_table(one.id) for one in BILL_FORMATS)]


def _focus() -> FormatTable:
    texts = [
        MappingRow(column=names[0], sources=names, rule="as it is" if len(names) == 1 else "the first that has a value")
        for names in TEXTS.values()
    ]
    told = {name for names in TEXTS.values() for name in names}
    single = (*NUMBERS.values(), *TIMES.values(), *(name for name in (*DIMENSIONS, TAGS) if name not in told))
    rest = [MappingRow(column=name, sources=(name,), rule="as it is") for name in single]
    aside = MappingRow(
        column="x_…",
        sources=(f"{OWN_PREFIX}…",),
        rule=f"kept aside under their own names, unless they have more than {MOST_VALUES:,} values",
    )
    return FormatTable(
        id=FOCUS,
        title="FOCUS 1.0 to 1.4",
        marks=REQUIRED,
        spellings=(),
        rows=(*sorted(texts + rest, key=_by_column), aside),
    )


def _table(format_id: str) -> FormatTable:
    found = next(one for one in BILL_FORMATS if one.id == format_id)
    return FormatTable(
        id=format_id,
        title=TITLES[format_id],
        marks=found.marks,
        spellings=tuple(found.names.items()),
        rows=tuple(sorted((_row(name, one) for name, one in found.columns.items()), key=_by_column)),
    )


def _row(name: str, one: Mapped | Absent) -> MappingRow:
    if isinstance(one, Absent):
        return MappingRow(column=name, sources=(), rule=one.reason, is_absent=True)
    return MappingRow(column=name, sources=one.sources, rule=one.rule)


def _by_column(row: MappingRow) -> str:
    return row.column.removeprefix("x_")

"""A FOCUS file of CSV as Parquet, its numbers as exact decimals. A worker's command only."""

from __future__ import annotations

from typing import TYPE_CHECKING

import duckdb

from audits.focus import QUANTITY_SCALE
from audits.focus_columns import DECIMALS, TIMES
from audits.focus_values import DIGITS, SCALE, is_kept, quoted
from audits.opened_parts import literal

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


def write(source: Path, target: Path, *, columns: Sequence[str], memory_mb: int) -> tuple[str, ...]:
    """Write what `audits.focus_export` wrote to `source` as Parquet to `target`. Spills beside `source`.

    Gives the unit prices and quantities that no decimal holds exactly: they stay texts, to the digit.
    Raises duckdb.OutOfMemoryException where `memory_mb` or the disk is too little.
    """
    with duckdb.connect() as database:
        database.execute(f"set memory_limit = '{memory_mb}MB'")
        database.execute(f"set temp_directory = {literal(str(source.parent / 'spill'))}")
        database.execute("set threads = 2")
        database.execute("set TimeZone = 'UTC'")
        named = ", ".join(f"{literal(name)}: 'VARCHAR'" for name in columns)
        rows = (
            f"read_csv({literal(str(source))}, auto_detect = false, header = true, delim = ',', quote = '\"', "
            f"escape = '\"', nullstr = '', columns = {{{named}}})"
        )
        long = [name for name in columns if name.endswith(("UnitPrice", "Quantity")) and name in DECIMALS]
        fits = ", ".join(f"coalesce(bool_and({_fits(name)}), true)" for name in long)
        answers = database.execute(f"select {fits} from {rows}").fetchone() or ()
        inexact = tuple(name for name, is_held in zip(long, answers, strict=True) if not is_held)
        typed = ", ".join(
            f"cast({quoted(name)} as {'varchar' if name in inexact else _type(name)}) as {quoted(name)}"
            for name in columns
        )
        database.execute(
            f"copy (select {typed} from {rows}) to {literal(str(target))} (format parquet, compression zstd)"
        )
    return inexact


def _fits(name: str) -> str:
    text = quoted(name)
    return f"{text} is null or (try_cast({text} as {_type(name)}) is not null and {is_kept(text)})"


def _type(name: str) -> str:
    if name in TIMES:
        return "timestamptz"
    if name in DECIMALS:
        return f"decimal({DIGITS},{QUANTITY_SCALE if name.endswith('Quantity') else SCALE})"
    return "varchar"

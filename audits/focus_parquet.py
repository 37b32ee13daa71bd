"""A FOCUS file of CSV as Parquet, its numbers as exact decimals. A worker's command only."""

from __future__ import annotations

from typing import TYPE_CHECKING

import duckdb

from audits.focus import DIGITS, QUANTITY_SCALE, SCALE
from audits.focus_columns import COLUMNS, DECIMAL, TIME
from audits.focus_export import HEADER
from audits.focus_values import quoted
from audits.opened_parts import literal

if TYPE_CHECKING:
    from pathlib import Path

MEMORY_LIMIT = "448MB"
KINDS = {column.name: column.type for column in COLUMNS}


def write(source: Path, target: Path) -> None:
    """Write what `audits.focus_export` wrote to `source` as Parquet to `target`. Spills beside `source`."""
    config = {"memory_limit": MEMORY_LIMIT, "threads": 2, "temp_directory": str(source.parent / "spill")}
    with duckdb.connect(config=config) as database:
        database.execute("set TimeZone = 'UTC'")
        typed = ", ".join(f"cast({quoted(name)} as {_type(name)}) as {quoted(name)}" for name in HEADER)
        named = ", ".join(f"{literal(name)}: 'VARCHAR'" for name in HEADER)
        database.execute(
            f"copy (select {typed} from read_csv({literal(str(source))}, auto_detect = false, header = true, "
            f"delim = ',', quote = '\"', escape = '\"', nullstr = '', columns = {{{named}}})) "
            f"to {literal(str(target))} (format parquet, compression zstd)"
        )


def _type(name: str) -> str:
    if KINDS.get(name) == TIME:
        return "timestamptz"
    if KINDS.get(name) == DECIMAL:
        return f"decimal({DIGITS},{QUANTITY_SCALE if name.endswith('Quantity') else SCALE})"
    return "varchar"

"""How much of a bill's parts a reading of them reads, told beforehand. In the child only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from audits.bill_parts import PARQUET_MAGIC
from audits.focus_values import quoted

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import duckdb


@dataclass(frozen=True, kw_only=True)
class Size:
    """Bytes that are read of all parts together, and their rows; None where only reading tells how many there are."""

    length: int
    rows: int | None


def of_what_is_read(database: duckdb.DuckDBPyConnection, rows: str, *, links: Sequence[Path]) -> Size:
    """What the SQL `rows` reads of the parts that it names by `links`: text whole, of Parquet the columns it names."""
    lengths: list[int] = []
    counts: list[int] = []
    named = rows.lower()
    read = [link for link in links if f"'{link}'" in rows]
    for link in read:
        with link.open("rb") as file:
            is_parquet = file.read(len(PARQUET_MAGIC)) == PARQUET_MAGIC
        if not is_parquet:
            lengths.append(link.stat().st_size)
            continue
        columns = database.execute(
            "select split_part(path_in_schema, ', ', 1), sum(total_compressed_size)::bigint "
            f"from parquet_metadata('{link}') group by 1"
        ).fetchall()
        lengths.append(sum(length for name, length in columns if quoted(name).lower() in named))
        counted = database.execute(f"select sum(num_rows)::bigint from parquet_file_metadata('{link}')")
        counts += [count or 0 for (count,) in counted.fetchall()]
    return Size(length=sum(lengths), rows=sum(counts) if len(counts) == len(read) else None)

"""Files that the reader of bills has written, copied into temporary tables: COPY into a protected one is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

BLOCK = 1 << 18


def copy_file(
    cursor: Any,  # noqa: ANN401 - Django's cursor wrapper
    file: Path | None,
    *,
    table: str,
    columns: Mapping[str, str],
    nullable: Iterable[str] = (),
) -> None:
    """Make the temporary table `table` of `columns` with their types, and fill it with a CSV file; None: with nothing.

    A text is null only where it is among `nullable`.
    """
    copy_blocks(cursor, _blocks(file) if file else iter(()), table=table, columns=columns, nullable=nullable)


def copy_blocks(
    cursor: Any,  # noqa: ANN401 - Django's cursor wrapper
    blocks: Iterator[bytes],
    *,
    table: str,
    columns: Mapping[str, str],
    nullable: Iterable[str] = (),
) -> None:
    """As `copy_file`, from blocks of the CSV text."""
    texts = [name for name, kind in columns.items() if kind == "text" and name not in set(nullable)]
    never_null = f", force_not_null ({', '.join(texts)})" if texts else ""
    cursor.execute(f"drop table if exists pg_temp.{table}")
    typed = ", ".join(f"{name} {kind}" for name, kind in columns.items())
    cursor.execute(f"create temporary table {table} ({typed}) on commit drop")
    with cursor.copy(f"copy {table} from stdin (format csv{never_null})") as target:
        for block in blocks:
            target.write(block)


def _blocks(file: Path) -> Iterator[bytes]:
    with file.open("rb") as content:
        while block := content.read(BLOCK):
            yield block

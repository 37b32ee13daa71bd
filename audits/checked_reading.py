"""Statements that read parts of a bill: text is fed to them or read through beside them, and checked. In the child."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from audits import bill_parts, part_feeds
from audits.part_contents import PartContents

if TYPE_CHECKING:
    from collections.abc import Sequence
    from contextlib import AbstractContextManager
    from pathlib import Path

    import duckdb

    from audits.bill_parts import Part
    from audits.child_gauge import Gauge


class CheckedReading:
    """Of parts, each fed through its pipe, where it is fed. Each is read through once, however often it is read.

    With `has_digests` it is told what those hold that were read through.
    """

    def __init__(
        self,
        database: duckdb.DuckDBPyConnection,
        *,
        parts: Sequence[Part],
        pipes: Sequence[Path],
        gauge: Gauge,
        has_digests: bool,
    ) -> None:
        self.database = database
        self.parts = parts
        self.pipes = pipes
        self.gauge = gauge
        self.has_digests = has_digests
        self.contents = PartContents(parts)
        self.checked: set[int] = set()  # parts that were read through, as `audits.part_feeds` does

    def looking(self) -> AbstractContextManager[None]:
        """Beside what is asked of the parts before they are read: whether those not read yet unpack without end."""
        packed = [
            part for number, part in enumerate(self.parts) if number not in self.checked and bill_parts.is_gzip(part)
        ]
        return part_feeds.beside(self.database, through=packed, gauge=self.gauge, is_to_the_end=False)

    def read(self, statement: str, fed: Sequence[int], *, through: Sequence[int]) -> list[Any]:
        """Execute what reads parts: some are fed to it, and of those to be read `through`, those not checked yet.

        Raises BillRefused, and what DuckDB does.
        """
        rest = [number for number in through if number not in {*fed, *self.checked}]
        anew = [self.parts[number] for number in {*fed, *rest} - self.checked] if self.has_digests else []
        with part_feeds.beside(
            self.database,
            through=[self.parts[number] for number in rest],
            fed={self.pipes[number]: self.parts[number] for number in fed},
            gauge=self.gauge,
            on_text=self.contents.begin(anew),
        ):
            given = self.database.execute(statement).fetchall()
        self.checked.update(fed, rest)
        return given

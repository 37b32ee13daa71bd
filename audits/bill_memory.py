"""The memory that a bill is read in: what is given back, and what is said where it is too little. The worker only."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from audits.bill_parts import BillRefused

if TYPE_CHECKING:
    from pathlib import Path

    import duckdb

OF_THE_DISK = "max_temp_directory_size"  # which DuckDB names where that is what it lacks
NO_ROOM = "The disk of the worker has no room to read this bill. Give its temporary folder more."
NO_MEMORY = (
    "This bill is of more resources than fit into the {memory_mb} MB of memory that bills are read in. Whoever runs "
    "the workers can give them more by COSTFRAME_BILL_MEMORY_MB: 1024 are enough for 200,000 resources."
)
SUMS = ("view if exists sums", "table if exists tidy", "table if exists summed", "table if exists details")


def half_of_the_disk(folder: Path) -> str:
    """The SQL that bounds what a database puts on the disk: one bill, however far it unpacks, leaves room for others.

    As an option of `duckdb.connect` it would be shown as set, and not be heeded (DuckDB 2.0.0).
    """
    return f"set max_temp_directory_size = '{shutil.disk_usage(folder).free // 2}B'"


def forget_sums(database: duckdb.DuckDBPyConnection) -> None:
    """Give back what a bill's sums take: single rows are looked for by a second database, which may take as much.

    Nothing of them is needed then, for afterwards the rows are summed again, or the bill is refused.
    """
    for one in SUMS:
        database.execute(f"drop {one}")


def is_of_the_disk(error: duckdb.OutOfMemoryException) -> bool:
    """Whether it is the disk that had no room, for what the memory had none for."""
    return OF_THE_DISK in str(error)


def refusal(error: duckdb.OutOfMemoryException, *, memory_mb: int) -> BillRefused:
    """A bill that needs more than `memory_mb` is refused: what it lacks, and who gives it more."""
    said = NO_ROOM if is_of_the_disk(error) else NO_MEMORY.format(memory_mb=memory_mb)
    return BillRefused(said, permanent=False)

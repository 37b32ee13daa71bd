"""A DuckDB that may read the parts of one bill and write to their work folder, and nothing else. In the child only."""

from __future__ import annotations

from typing import TYPE_CHECKING

import duckdb

from audits import bill_memory
from audits.opened_parts import literal

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from audits.bill_parts import Part

THREADS = 2


def closed_database(parts: Sequence[Part], *, work: Path, spill: Path, memory_mb: int) -> duckdb.DuckDBPyConnection:
    """A database in this process. What `memory_mb` has no room for it puts into the folder `spill`."""
    database = duckdb.connect(
        config={
            "threads": THREADS,
            "memory_limit": f"{memory_mb}MB",
            "temp_directory": str(spill),
            "preserve_insertion_order": "false",
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
        }
    )
    # A link is followed before it is looked up here, so the parts themselves must be named.
    allowed = ", ".join(literal(str(path)) for path in ("/dev/stdout", *(one.path for one in parts)))
    for setting in (
        bill_memory.half_of_the_disk(work),
        "set TimeZone = 'UTC'",
        f"set allowed_directories = ['{work}']",
        f"set allowed_paths = [{allowed}]",
        "set enable_external_access = false",
        "set lock_configuration = true",
    ):
        database.execute(setting)
    return database

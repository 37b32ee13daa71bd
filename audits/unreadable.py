"""What a file can do to DuckDB. How it is said, `audits.read_errors` tells."""

from __future__ import annotations

import duckdb

# What a file can do to DuckDB. Anything else it raises is a fault of ours, or a lack of memory (`audits.bill_memory`).
UNREADABLE = (
    duckdb.IOException,
    duckdb.InvalidInputException,
    duckdb.ConversionException,
    duckdb.OutOfRangeException,
    duckdb.SerializationException,
    duckdb.NotImplementedException,  # a row that is longer than the reader's buffers
    duckdb.BinderException,  # a column whose name the reader uses itself
)

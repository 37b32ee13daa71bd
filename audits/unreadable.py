"""What a file can do to DuckDB, and how that is said."""

from __future__ import annotations

import duckdb

# What a file can do to DuckDB. Anything else it raises is a fault of ours.
UNREADABLE = (
    duckdb.IOException,
    duckdb.InvalidInputException,
    duckdb.ConversionException,
    duckdb.OutOfRangeException,
    duckdb.OutOfMemoryException,
    duckdb.SerializationException,
    duckdb.NotImplementedException,  # a row that is longer than the reader's buffers
    duckdb.BinderException,  # a column whose name the reader uses itself
)


def reason(text: str) -> str:
    """Why a file cannot be read, from what DuckDB says."""
    reasons = (
        ("GZIP", "the gzip file ends too early or is damaged"),
        ("Expected Number of Columns", "the row has another number of columns than the header"),
        ("unterminated quote", "a quotation mark is never closed, so the file is cut off or damaged"),
        ("unicode", "the text is not UTF-8"),
        ("Parallel CSV Reader", "a row is longer than two million characters"),
        ("Maximum line size", "a row is longer than two million characters"),
        ("arquet", "the Parquet file is damaged"),
        ("maximum_object_size", "a row is longer than sixteen million characters"),
        ("JSON", "a row is no JSON that can be read"),
    )
    return next((reason for mark, reason in reasons if mark.lower() in text.lower()), "the file is damaged")

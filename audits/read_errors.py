"""What DuckDB says of a file that it cannot read, in our words. Pure."""

from __future__ import annotations


def reason_of(text: str) -> str:
    """What is wrong with the file, to follow its name."""
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

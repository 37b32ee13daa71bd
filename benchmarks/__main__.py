"""`make bench`: every benchmark, or the ones named."""

from __future__ import annotations

import importlib
import sys

NAMES = (
    "collection", "bill_load", "bill_formats", "cost_lines", "tenancy", "proof", "converter", "second_night", "judging",
    "workers", "organisation",
)  # fmt: skip


def main() -> None:
    """Run each named benchmark; it prints its own figures and ratio."""
    chosen = [name for name in sys.argv[1:] if name in NAMES] or NAMES
    for name in chosen:
        importlib.import_module(f"benchmarks.{name}").main()


if __name__ == "__main__":
    main()

"""What a web process takes to give out a large bill as a FOCUS file: time, and the memory that it grows by."""

from __future__ import annotations

import resource
import time


def give_out() -> None:
    """The newest bill of the large organisation as a FOCUS file, as web gives it, and what is said of it before."""
    from audits.focus_export import stream  # noqa: PLC0415 - after Django's set-up
    from audits.focus_notes import notes_of  # noqa: PLC0415
    from audits.models import BillLoad  # noqa: PLC0415
    from benchmarks.estate import row_id  # noqa: PLC0415
    from benchmarks.line_estate import MONTHS  # noqa: PLC0415
    from tenants import scope  # noqa: PLC0415

    before = peak_megabytes()
    with scope.organization(row_id("organization", 1)):
        load = BillLoad.objects.get(id=row_id("load", 1, MONTHS - 1))
        started = time.perf_counter()
        rows = notes_of(load).rows
        noted = time.perf_counter()
        pieces = stream(load)
        size = len(next(pieces))
        first = time.perf_counter()
        size += sum(map(len, pieces))
    print(
        f"  A bill of {rows:,} lines as FOCUS: the page before it {noted - started:.1f} s, its first byte "
        f"after {first - noted:.1f} s, its last after {time.perf_counter() - noted:.1f} s; {size / 1e6:.1f} MB, and "
        f"web's memory grew by {peak_megabytes() - before:.0f} MB to {peak_megabytes():.0f} MB",
        flush=True,
    )


def peak_megabytes() -> float:
    """The most memory that this process has held."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3

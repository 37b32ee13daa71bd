"""How much a bucket holds, by what S3 reports once a day."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connections.resources import Metric

if TYPE_CHECKING:
    from audits.evidence import Usage

SIZE = Metric(name="BucketSizeBytes", statistic="Average", unit="bytes")
GIB = 1024**3


def latest_gib(usage: Usage, *, days: int) -> float | None:
    """The last size that was reported in the last `days`, in GiB; None where none was. S3 reports a day or two late."""
    known = [value for value in usage.days(SIZE, days=days) if value is not None]
    return known[-1] / GIB if known else None

"""What S3 Storage Lens counts in a bucket that nobody needs, and what it is of the bucket's cost. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from connections.resources import Metric
from findings.bucket_size import GIB
from findings.rule import UNTOLD, Fine, Share, Unknown

if TYPE_CHECKING:
    from audits.evidence import Usage
    from connections.resources.buckets import Bucket

LATE_DAYS = 4  # it counts a day late, and CloudWatch has that some hours later
STANDARD = "TimedStorage-ByteHrs"


def _counted(name: str) -> Metric:
    return Metric(name=name, statistic="Average", unit="bytes", namespace="AWS/S3/Storage-Lens")


OLD_UPLOADS = _counted("IncompleteMPUStorageBytesOlderThan7Days")
NONCURRENT = _counted("NonCurrentVersionStorageBytes")
LOCKED = _counted("ObjectLockEnabledStorageBytes")


@dataclass(frozen=True, kw_only=True)
class Counted:
    """How many GiB acting would free, None where that is not told, and what there is to say of them."""

    freed_gib: float | None = None
    told: str = ""


def old_uploads(bucket: Bucket, *, usage: Usage, days: int, at_least: float) -> Counted | Fine | Unknown:
    """What lies in parts of uploads that were begun more than 7 days ago, where that is `at_least` so many GiB.

    Fine where it never counted so many, Unknown where it did on too few days to tell or was not read. Nothing is
    freed where it tells nothing of the bucket by now, or of so many on some days only: then all is as without it.
    """
    gib = _steady_gib(bucket, OLD_UPLOADS, usage=usage, days=days, at_least=at_least, what="unfinished uploads")
    if not isinstance(gib, float):
        return gib or Counted()
    return Counted(freed_gib=gib, told=f"{_told(gib, days)} of such parts, older than 7 days.")


def old_versions(bucket: Bucket, *, usage: Usage, days: int, at_least: float) -> Counted | Fine | Unknown:
    """As `old_uploads`, of versions that have been overwritten. What Object Lock may keep is not freed."""
    gib = _steady_gib(bucket, NONCURRENT, usage=usage, days=days, at_least=at_least, what="overwritten versions")
    if not isinstance(gib, float):
        return gib or Counted()
    locked = [value for value in usage.days(LOCKED, days=days) if value is not None]
    if not locked or max(locked) > 0:
        why = "Object Lock keeps some of the bucket" if locked else "whether Object Lock keeps it is not told"
        return Counted(told=f"{_told(gib, days)} of that; {why}.")
    return Counted(freed_gib=gib, told=f"{_told(gib, days)} of that.")


def _told(gib: float, days: int) -> str:
    return f" On each day that it told of in {days}, S3 Storage Lens counted at least {gib:,.1f} GiB"


def _steady_gib(
    bucket: Bucket, metric: Metric, *, usage: Usage, days: int, at_least: float, what: str
) -> float | Fine | Unknown | None:
    """How many GiB there were on every day that it counted, where that is `at_least`."""
    if bucket.lens == ():
        return None
    if bucket.lens is None or not usage.was_read(metric, days=days):
        return Unknown(f"what S3 Storage Lens counts in {what}")
    values = usage.days(metric, days=days)
    known = [value / GIB for value in values if value is not None]
    if all(value is None for value in values[-LATE_DAYS:]):
        return None
    is_enough = 2 * len(known) >= days
    if max(known) < at_least:
        if not is_enough:
            return Unknown(f"what S3 Storage Lens counts in {what} on half of the last {days} days")
        return Fine(f"S3 Storage Lens counts less than {at_least:g} GiB in {what}.")
    return min(known) if is_enough and min(known) >= at_least else None


def part_of_standard(gib: float | None, *, stored_gib: float) -> Share:
    """What so many GiB are of what the bucket's Standard storage costs."""
    if gib is None or stored_gib <= 0:
        return UNTOLD
    return Share(fraction=min(Decimal(1), Decimal(str(gib)) / Decimal(str(stored_gib))), part_of=(STANDARD,))

"""S3 Storage Lens as it publishes to CloudWatch: bytes by the day, by bucket and class, in the home of a dashboard."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sandbox.aws import usage
from sandbox.aws.model import series_key

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sandbox.aws.model import Draw, Estate, Item

NAMESPACE = "AWS/S3/Storage-Lens"
DEFAULT, HOME = "default-account-dashboard", "us-east-1"
STORED, UPLOADS, VERSIONS, LOCKED = (
    "StorageBytes",
    "IncompleteMPUStorageBytesOlderThan7Days",
    "NonCurrentVersionStorageBytes",
    "ObjectLockEnabledStorageBytes",
)
GIB = 1024**3
LATE = 2  # what it counts of a day is there on the day after the next


@dataclass(frozen=True, kw_only=True)
class Counted:
    """What is counted of a bucket's Standard storage, in GiB. `days_ago`: on which days it is published; None: all.

    `empty_days_ago` are days on which it counts no upload. `is_own` is a second dashboard of the same, at home in the
    bucket's own region.
    """

    stored: int
    uploads: int = 0
    versions: int = 0
    locked: int = 0
    days_ago: range | None = None
    empty_days_ago: range = range(0)
    is_own: bool = False

    def gib(self) -> Mapping[str, int]:
        return {STORED: self.stored, UPLOADS: self.uploads, VERSIONS: self.versions, LOCKED: self.locked}


def publish(draw: Draw, estate: Estate, bucket: Item, counted: Counted) -> None:
    """Keeps the series of a bucket under each dashboard, with those of another class and of the whole account."""
    age = (draw.as_of - bucket.created_at).days
    told = counted.days_ago or range(LATE + 1, age)
    dashboards = {DEFAULT: HOME} | ({"storage-team": bucket.region} if counted.is_own else {})
    for name, home in dashboards.items():
        kept = estate.series.setdefault((bucket.account, home), {})
        for metric, gib in counted.gib().items():
            values = usage.flat(float(gib * GIB))
            if metric == UPLOADS:
                values = usage.raised(values, days_ago=counted.empty_days_ago, to=0.0, statistics=tuple(values))
            kept[_key(name, bucket, metric)] = usage.without(values, lambda ago: ago not in told)
            kept[_key(name, bucket, metric, of_class="STANDARD_IA")] = usage.flat(float(GIB))
        kept[_key(name, bucket, STORED, record="ACCOUNT")] = usage.flat(float(GIB))


def _key(
    dashboard: str, bucket: Item, metric: str, *, of_class: str = "STANDARD", record: str = "BUCKET"
) -> tuple[str, ...]:
    dimensions = {
        "configuration_id": dashboard,
        "metrics_version": "1.0",
        "aws_account_number": bucket.account,
        "aws_region": bucket.region,
        "storage_class": of_class,
        "record_type": record,
        **({"bucket_name": bucket.native_id} if record == "BUCKET" else {}),
    }
    return series_key(NAMESPACE, metric, dimensions)

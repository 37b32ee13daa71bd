"""Where S3 Storage Lens publishes what it counts in buckets: CloudWatch, in the region that a configuration is at home.

Which configurations publish is not asked of S3: CloudWatch lists what is published, and by which bucket.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from connections.providers.aws.agents import LIST_METRICS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from connections.providers.aws.reader import Reader
    from connections.resources.buckets import Bucket

LENS = "AWS/S3/Storage-Lens"
EVERY_BUCKETS = "StorageBytes"  # published of each bucket that a configuration holds, whatever else is
DEFAULT_HOME = "us-east-1"  # of the configuration that each account has
ORGANIZATION = "organization_id"
DIMENSIONS = {
    "configuration_id",
    "metrics_version",
    "aws_account_number",
    "aws_region",
    "bucket_name",
    "storage_class",
    "record_type",
}
Series = dict[str, str]
Kept = tuple[tuple[str, ...] | None, str]  # dimensions, names and values in turn, and the region that keeps them


def with_lens(reader: Reader, buckets: Sequence[Bucket]) -> list[Bucket]:
    """Buckets of one region with the dimensions of what Storage Lens publishes of them: in their own region, else
    where the default configuration has its home. What is published elsewhere is not found.

    Where a list failed tonight it is not known of those that are not in it; where it may not be read, none is.
    """
    if not buckets:
        return []
    told, is_told = _listed(reader, of=reader.region)
    if reader.region != DEFAULT_HOME and any(one.resource_id not in told for one in buckets):
        home = reader.elsewhere(DEFAULT_HOME)
        more, is_more_told = _listed(home, of=reader.region)
        told, is_told = more | told, is_told and is_more_told
        for gap in home.gaps:
            reader.note(f"What S3 Storage Lens publishes in {DEFAULT_HOME} was not read: {gap.message}")
    none: Kept = (() if is_told else None, "")
    return [
        replace(one, lens=lens, lens_region=region)
        for one in buckets
        for lens, region in (told.get(one.resource_id, none),)
    ]


def _listed(reader: Reader, *, of: str) -> tuple[dict[str, Kept], bool]:
    """One series a bucket, with the region that keeps it, and whether those are all that may be seen."""
    wanted = {"aws_account_number": reader.account_id, "aws_region": of}
    listed = reader.listing(
        LIST_METRICS,
        result="Metrics",
        row=_of_standard,
        Namespace=LENS,
        MetricName=EVERY_BUCKETS,
        Dimensions=[{"Name": "bucket_name"}, *({"Name": name, "Value": value} for name, value in wanted.items())],
    )
    found: dict[str, Kept] = {name: (told, reader.region) for name, told in one_a_bucket(listed.rows).items()}
    is_refused = any((gap.action, gap.reason) == (LIST_METRICS.action, "REFUSED") for gap in reader.gaps)
    return found, listed.is_complete or is_refused


def one_a_bucket(series: Iterable[Series]) -> dict[str, tuple[str, ...]]:
    """Names and values, in turn, of one series a bucket: each configuration that holds it counts all of it again."""
    ranked = sorted(series, key=_rank, reverse=True)
    return {one["bucket_name"]: tuple(part for pair in sorted(one.items()) for part in pair) for one in ranked}


def _of_standard(item: dict[str, Any]) -> Series | None:
    """The dimensions of what lies in Standard of a whole bucket; with others they would be of some part of it."""
    found = {one["Name"]: one["Value"] for one in item["Dimensions"]}
    is_whole = set(found) - {ORGANIZATION} == DIMENSIONS
    # AWS documents the words of record_type, and those of storage_class only as its export has them.
    is_counted = is_whole and found["storage_class"].upper() == "STANDARD" and found["record_type"] == "BUCKET"
    return found if is_counted else None


def _rank(series: Series) -> tuple[bool, str, str]:
    return ORGANIZATION in series, series["configuration_id"], series["metrics_version"]

"""Where objects are kept: settings of buckets, never an object or its key."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from connections.resources.thing import Thing


@dataclass(frozen=True, kw_only=True)
class Bucket(Thing):
    """A bucket by its settings. None: the setting could not be read.

    `lifecycle_rules` counts the rules that are switched on. Of those that hold for the whole bucket: `ends_uploads`,
    some rule deletes the parts of uploads that were never finished; `ends_versions`, some rule deletes or moves what
    has been overwritten. `moves_objects`: some rule, be it for a part of it, moves or deletes objects that stand.
    `versioning` is Enabled, Suspended or "" where it was never switched on.
    `lens` are the dimensions, names and values in turn, under which a configuration of S3 Storage Lens publishes what
    lies in Standard, kept by CloudWatch in `lens_region`; empty where none is known to publish it.
    """

    KIND: ClassVar[str] = "bucket"
    SERVICE: ClassVar[str] = "s3"
    ARN: ClassVar[str] = "arn:aws:s3:::{resource_id}"
    IS_BILLED_BY_ARN: ClassVar[bool] = False
    DETAILS: ClassVar[tuple[str, ...]] = (
        "lifecycle_rules",
        "ends_uploads",
        "ends_versions",
        "moves_objects",
        "versioning",
    )

    lifecycle_rules: int | None = None
    ends_uploads: bool | None = None
    ends_versions: bool | None = None
    moves_objects: bool | None = None
    versioning: str | None = None
    lens: tuple[str, ...] | None = ()
    lens_region: str = ""

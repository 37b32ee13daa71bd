"""S3: the buckets of one region with their lifecycle and versioning. No object, key or policy is ever read."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from connections.provider import Call, Collector, MetricPlace
from connections.providers.aws.agents import LIST_METRICS
from connections.providers.aws.storage_lens import LENS, with_lens
from connections.providers.aws.tagging import GET_RESOURCES, tags_by_arn
from connections.resources.buckets import Bucket

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from connections.providers.aws.reader import Reader
    from connections.resources import Thing

NOBODYS = "costframe-none-0123456789abcdef"
LIST_BUCKETS = Call(
    service="s3",
    operation="ListBuckets",
    action="s3:ListAllMyBuckets",
    why="Lists buckets by name.",
    cheapest={"MaxBuckets": 1},
)
GET_LIFECYCLE = Call(
    service="s3",
    operation="GetBucketLifecycleConfiguration",
    action="s3:GetLifecycleConfiguration",
    why="Tells whether old versions and unfinished uploads are deleted in time.",
    cheapest={"Bucket": NOBODYS},
    answers_cheapest=frozenset({"NoSuchBucket", "PermanentRedirect"}),
    absent=frozenset({"NoSuchLifecycleConfiguration"}),
    bucket_setting="lifecycle",
)
GET_VERSIONING = Call(
    service="s3",
    operation="GetBucketVersioning",
    action="s3:GetBucketVersioning",
    why="Tells whether a bucket keeps what has been overwritten.",
    cheapest={"Bucket": NOBODYS},
    answers_cheapest=frozenset({"NoSuchBucket", "PermanentRedirect"}),
    bucket_setting="versioning",
)


def collect(reader: Reader) -> Iterator[Thing]:
    """Every bucket of one region, asked of that region, which alone answers for it."""
    buckets = reader.listing(
        LIST_BUCKETS,
        result="Buckets",
        row=lambda item: _bucket(reader, item),
        kinds=(Bucket.KIND,),
        page_size=1000,
        BucketRegion=reader.region,
    ).rows
    tags = tags_by_arn(reader, "s3") if buckets else {}
    yield from reader.together(
        *(
            partial(_with_settings, reader, replace(bucket, tags=tags.get(f"arn:aws:s3:::{bucket.resource_id}", {})))
            for bucket in with_lens(reader, buckets)
        )
    )


def _bucket(reader: Reader, item: dict[str, Any]) -> Bucket | None:
    if item.get("BucketRegion", reader.region) != reader.region:
        return None
    return Bucket(
        resource_id=item["Name"],
        account_id=reader.account_id,
        region=reader.region,
        observed_at=reader.at,
        name=item["Name"],
        created_at=item.get("CreationDate"),
    )


def _with_settings(reader: Reader, own: Bucket) -> Bucket:
    if kept := reader.kept(own):
        return kept
    lifecycle = reader.one(GET_LIFECYCLE, Bucket=own.resource_id)
    versioning = reader.one(GET_VERSIONING, Bucket=own.resource_id)
    own = replace(own, are_details_read=lifecycle is not None and versioning is not None)
    if versioning is not None:
        own = replace(own, versioning=versioning.get("Status", ""))
    if lifecycle is None:
        return own
    on = [rule for rule in lifecycle.get("Rules", ()) if rule.get("Status") == "Enabled"]
    whole = [rule for rule in on if _is_of_whole_bucket(rule)]
    return replace(
        own,
        lifecycle_rules=len(on),
        ends_uploads=_has(whole, "AbortIncompleteMultipartUpload"),
        ends_versions=_has(whole, "NoncurrentVersionExpiration") or _has(whole, "NoncurrentVersionTransitions"),
        moves_objects=_has(on, "Transitions") or any(_deletes(rule) for rule in on),
    )


def _is_of_whole_bucket(rule: dict[str, Any]) -> bool:
    """Whether nothing narrows the rule to some objects: no prefix, tag or size."""
    narrowing = rule.get("Filter", {"Prefix": rule.get("Prefix", "")})
    return not any(narrowing.values())


def _deletes(rule: dict[str, Any]) -> bool:
    """Whether it deletes objects that stand. To expire markers of deletion alone deletes nothing that is charged."""
    return bool({"Days", "Date"} & set(rule.get("Expiration", {})))


def _has(rules: Iterable[dict[str, Any]], member: str) -> bool:
    return any(rule.get(member) for rule in rules)


def _place(bucket: Bucket) -> MetricPlace:
    # What lies in the class that objects are put into unless another is asked for: the dearest.
    dimensions = (("BucketName", bucket.resource_id), ("StorageType", "StandardStorage"))
    if not bucket.lens:
        return MetricPlace(namespace="AWS/S3", dimensions=dimensions)
    return MetricPlace(
        namespace="AWS/S3",
        dimensions=dimensions,
        elsewhere={LENS: tuple(zip(bucket.lens[::2], bucket.lens[1::2], strict=True))},
        regions={LENS: bucket.lens_region},
    )


COLLECTOR = Collector(
    service="s3",
    needs={Bucket: (LIST_BUCKETS, GET_LIFECYCLE, GET_VERSIONING, LIST_METRICS)},
    calls=(LIST_BUCKETS, GET_LIFECYCLE, GET_VERSIONING, GET_RESOURCES, LIST_METRICS),
    collect=collect,
    places={Bucket: _place},
    billed_as=("Amazon Simple Storage Service",),
    recorded_as={Bucket: ("AWS::S3::Bucket",)},
)

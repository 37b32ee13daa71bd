"""A bucket that keeps every version of its objects for ever is charged for all that has ever been overwritten."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connections.resources.buckets import Bucket
from findings.bucket_size import SIZE, latest_gib
from findings.rule import Fine, Rule, Unknown, Verdict, Waste
from findings.storage_lens import LOCKED, NONCURRENT, old_versions, part_of_standard

if TYPE_CHECKING:
    from audits.evidence import Usage


def judge(
    bucket: Bucket, *, usage: Usage, idle_days: int, min_stored_gib: float, min_overwritten_gib: float
) -> Verdict:
    if bucket.versioning == "" or bucket.ends_versions:
        return Fine()
    stored = latest_gib(usage, days=idle_days)
    if stored is not None and stored < min_stored_gib:
        return Fine()
    if stored is None:
        return Unknown(f"its size on any of the last {idle_days} days")
    old = old_versions(bucket, usage=usage, days=idle_days, at_least=min_overwritten_gib)
    if isinstance(old, Fine | Unknown):
        return old
    if bucket.versioning is None or bucket.ends_versions is None:
        return Unknown("whether it keeps versions, and for how long")
    told = {"Enabled": "keeps", "Suspended": "has kept"}.get(bucket.versioning, "keeps")
    return Waste(
        saves=part_of_standard(old.freed_gib, stored_gib=stored),
        because=f"It {told} every version, {stored:,.1f} GiB lie in Standard, and no rule for the whole bucket deletes "
        f"or moves what has been overwritten.{old.told}",
    )


rule = Rule(
    id="aws_s3_bucket_versions_unexpired",
    title="Bucket that keeps overwritten versions for ever",
    looks_at=Bucket,
    settings={"idle_days": 14, "min_stored_gib": 100, "min_overwritten_gib": 10},
    action="Agree for how long overwritten versions are needed, then add a rule that deletes them after that.",
    docs="https://docs.aws.amazon.com/AmazonS3/latest/userguide/intro-lifecycle-rules.html",
    judge=judge,
    metrics=(SIZE, NONCURRENT, LOCKED),
    where_told=(NONCURRENT, LOCKED),
    assumes="that none of the overwritten versions is kept",
    window_days=14,
    rollback="A version that a rule has deleted does not come back; take the rule away to keep the others.",
    hint="aws s3api get-bucket-lifecycle-configuration --region {region} --bucket {native_id}\n"
    "aws s3api put-bucket-lifecycle-configuration --region {region} --bucket {native_id} "
    "--lifecycle-configuration file://ALL_OF_ITS_RULES_AND_THE_NEW_ONE.json",
)

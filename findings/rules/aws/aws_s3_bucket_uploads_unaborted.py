"""Parts of uploads that were never finished stay for ever and are charged, though no listing of objects shows them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connections.resources.buckets import Bucket
from findings.bucket_size import SIZE, latest_gib
from findings.rule import Fine, Rule, Unknown, Verdict, Waste
from findings.storage_lens import OLD_UPLOADS, old_uploads, part_of_standard

if TYPE_CHECKING:
    from audits.evidence import Usage


def judge(bucket: Bucket, *, usage: Usage, idle_days: int, min_stored_gib: float, min_unfinished_gib: float) -> Verdict:
    if bucket.ends_uploads:
        return Fine()
    stored = latest_gib(usage, days=idle_days)
    if stored is not None and stored < min_stored_gib:
        return Fine()
    if stored is None:
        return Unknown(f"its size on any of the last {idle_days} days")
    old = old_uploads(bucket, usage=usage, days=idle_days, at_least=min_unfinished_gib)
    if isinstance(old, Fine | Unknown):
        return old
    if bucket.ends_uploads is None:
        return Unknown("whether a rule deletes uploads that were never finished")
    return Waste(
        saves=part_of_standard(old.freed_gib, stored_gib=stored),
        because=f"{stored:,.1f} GiB lie in Standard, and no rule for the whole bucket deletes the parts of uploads "
        f"that were never finished.{old.told}",
    )


rule = Rule(
    id="aws_s3_bucket_uploads_unaborted",
    title="Bucket that keeps unfinished uploads for ever",
    looks_at=Bucket,
    settings={"idle_days": 14, "min_stored_gib": 100, "min_unfinished_gib": 1},
    action="Add a rule that deletes the parts of uploads that are not finished within 7 days.",
    docs="https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpu-abort-incomplete-mpu-lifecycle-config.html",
    judge=judge,
    metrics=(SIZE, OLD_UPLOADS),
    where_told=(OLD_UPLOADS,),
    window_days=14,
    implementation_effort="VeryLow",
    rollback_possible=True,
    rollback="Take the rule away; an upload that was ended must be started again.",
    hint="aws s3api get-bucket-lifecycle-configuration --region {region} --bucket {native_id}\n"
    "aws s3api put-bucket-lifecycle-configuration --region {region} --bucket {native_id} "
    "--lifecycle-configuration file://ALL_OF_ITS_RULES_AND_THE_NEW_ONE.json",
)

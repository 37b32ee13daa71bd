"""A large bucket without any lifecycle keeps every object in the dearest class for ever."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connections.resources.buckets import Bucket
from findings.bucket_size import SIZE, latest_gib
from findings.rule import UNTOLD, Fine, Rule, Unknown, Verdict, Waste, counted

if TYPE_CHECKING:
    from audits.evidence import Usage


def judge(bucket: Bucket, *, usage: Usage, idle_days: int, min_stored_gib: float, min_age_days: int) -> Verdict:
    if bucket.lifecycle_rules:
        return Fine()
    stored = latest_gib(usage, days=idle_days)
    if stored is not None and stored < min_stored_gib:
        return Fine()
    if stored is None or bucket.lifecycle_rules is None or bucket.created_at is None:
        return Unknown("its size, its age and whether it has a lifecycle")
    age_days = (bucket.observed_at - bucket.created_at).days
    if age_days < min_age_days:
        return Fine(f"There for {counted(age_days, 'day')} only.")
    return Waste(
        saves=UNTOLD,
        because=f"{stored:,.1f} GiB lie in Standard after {counted(age_days, 'day')}, and no rule ever moves or "
        "deletes an object.",
    )


rule = Rule(
    id="aws_s3_bucket_without_lifecycle",
    title="Large bucket without a lifecycle",
    looks_at=Bucket,
    settings={"idle_days": 14, "min_stored_gib": 1000, "min_age_days": 90},
    action="Ask its owner what is read and for how long it is needed, then move or delete the rest by a rule.",
    docs="https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lifecycle-mgmt.html",
    judge=judge,
    metrics=(SIZE,),
    window_days=14,
    action_type="Upgrade",
    stage="PRICE",
    implementation_effort="Medium",
    rollback_possible=True,
    rollback="Take the rule away, and copy what is read often back to Standard.",
    hint="aws s3api put-bucket-lifecycle-configuration --region {region} --bucket {native_id} "
    "--lifecycle-configuration file://ITS_NEW_RULES.json",
)

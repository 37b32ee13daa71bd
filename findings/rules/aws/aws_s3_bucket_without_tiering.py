"""A large bucket whose lifecycle only tidies up behind uploads and versions keeps every object in the dearest class."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connections.resources.buckets import Bucket
from findings.bucket_size import SIZE, latest_gib
from findings.rule import UNTOLD, Fine, Rule, Unknown, Verdict, Waste, counted

if TYPE_CHECKING:
    from audits.evidence import Usage


def judge(bucket: Bucket, *, usage: Usage, idle_days: int, min_stored_gib: float, min_age_days: int) -> Verdict:
    if bucket.moves_objects:
        return Fine()
    if bucket.lifecycle_rules == 0:
        return Fine("It has no lifecycle at all: another rule tells.")
    stored = latest_gib(usage, days=idle_days)
    if stored is not None and stored < min_stored_gib:
        return Fine()
    if stored is None or bucket.moves_objects is None or bucket.created_at is None:
        return Unknown("its size, its age and what its lifecycle does")
    age_days = (bucket.observed_at - bucket.created_at).days
    if age_days < min_age_days:
        return Fine(f"There for {counted(age_days, 'day')} only.")
    return Waste(
        saves=UNTOLD,
        because=f"{stored:,.1f} GiB lie in Standard after {counted(age_days, 'day')}. Of its "
        f"{counted(bucket.lifecycle_rules or 0, 'lifecycle rule')} none moves or deletes an object that stands.",
    )


rule = Rule(
    id="aws_s3_bucket_without_tiering",
    title="Large bucket whose lifecycle never moves an object",
    looks_at=Bucket,
    settings={"idle_days": 14, "min_stored_gib": 1000, "min_age_days": 90},
    action="Add a rule that moves large objects to Intelligent-Tiering, or to a class for how they are read.",
    docs="https://docs.aws.amazon.com/AmazonS3/latest/userguide/lifecycle-transition-general-considerations.html",
    judge=judge,
    metrics=(SIZE,),
    window_days=14,
    action_type="Upgrade",
    stage="PRICE",
    implementation_effort="Medium",
    rollback_possible=True,
    rollback="Take the rule away, and copy what is read often back to Standard.",
    hint="aws s3api get-bucket-lifecycle-configuration --region {region} --bucket {native_id}",
)

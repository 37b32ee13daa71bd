"""An elastic file system without a lifecycle keeps every file in its dearest class, read or not."""

from __future__ import annotations

from connections.resources.files import FileShare
from findings.rule import UNTOLD, Fine, Rule, Unknown, Verdict, Waste, counted

GIB = 1024**3


def judge(share: FileShare, *, min_standard_gib: float, min_age_days: int) -> Verdict:
    if share.state != "available" or share.is_replica or share.is_tiered:
        return Fine()
    if share.standard_bytes is None or share.created_at is None:
        return Unknown("how much lies in its dearest class, and since when")
    age_days = (share.observed_at - share.created_at).days
    standard = share.standard_bytes / GIB
    if standard < min_standard_gib or age_days < min_age_days:
        return Fine(f"{standard:,.1f} GiB after {counted(age_days, 'day')}.")
    if share.is_tiered is None:
        return Unknown("whether anything moves files to a cheaper class")
    return Waste(
        saves=UNTOLD,
        because=f"{standard:,.1f} GiB lie in the dearest class after {counted(age_days, 'day')}, and nothing moves "
        "what nobody reads to a cheaper one.",
    )


rule = Rule(
    id="aws_efs_file_system_without_lifecycle",
    title="Elastic file system whose files never move to a cheaper class",
    looks_at=FileShare,
    settings={"min_standard_gib": 10, "min_age_days": 60},
    action="Give it a lifecycle that moves files nobody has read for 30 days to Infrequent Access.",
    docs="https://docs.aws.amazon.com/efs/latest/ug/lifecycle-management-efs.html",
    judge=judge,
    action_type="Upgrade",
    stage="PRICE",
    rollback_possible=True,
    rollback="Take the lifecycle away, and let files move back at their first access.",
    hint="aws efs put-lifecycle-configuration --region {region} --file-system-id {native_id} "
    "--lifecycle-policies TransitionToIA=AFTER_30_DAYS TransitionToPrimaryStorageClass=AFTER_1_ACCESS",
)

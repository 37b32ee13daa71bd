"""A log group without a retention keeps every line for ever, and each month costs more than the one before."""

from __future__ import annotations

from connections.resources.logs import LogGroup
from findings.rule import UNTOLD, Fine, Rule, Unknown, Verdict, Waste, counted

GIB = 1024**3
KEEPS_ITSELF_SHORT = "DELIVERY"


def judge(group: LogGroup, *, min_stored_gib: float, min_age_days: int) -> Verdict:
    if group.retention_days is not None:
        return Fine(f"Keeps what is written for {counted(group.retention_days, 'day')}.")
    if group.by_policy:  # a retention of its own would change nothing
        return Fine("A policy of the account keeps it for ever.")
    if group.log_class == KEEPS_ITSELF_SHORT:
        return Fine("Its class keeps what is written for a day or two.")
    if group.stored_bytes is None or group.created_at is None:
        is_small = group.stored_bytes is not None and group.stored_bytes < min_stored_gib * GIB
        return Fine() if is_small else Unknown("how much the log group stores, and since when")
    stored, age_days = group.stored_bytes / GIB, (group.observed_at - group.created_at).days
    if stored < min_stored_gib or age_days < min_age_days:
        return Fine(f"{stored:,.1f} GiB after {counted(age_days, 'day')}.")
    return Waste(saves=UNTOLD, because=f"{stored:,.1f} GiB are stored after {counted(age_days, 'day')}, all for ever.")


rule = Rule(
    id="aws_logs_group_without_retention",
    title="Log group that keeps everything for ever",
    looks_at=LogGroup,
    settings={"min_stored_gib": 1, "min_age_days": 90},
    action="Agree with its owner how long the logs are needed, then set that as its retention.",
    docs="https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/Working-with-log-groups-and-streams.html",
    judge=judge,
    implementation_effort="Low",
    rollback="What has been deleted by a retention does not come back; export it before.",
    hint="aws logs put-retention-policy --region {region} --log-group-name {name} "
    "--retention-in-days DAYS_THAT_ARE_NEEDED",
)

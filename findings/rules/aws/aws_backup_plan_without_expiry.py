"""A backup plan by which nothing ever expires makes one backup more each time, and all of them are charged."""

from __future__ import annotations

from connections.resources.backups import BackupPlan
from findings.rule import UNTOLD, Fine, Rule, Unknown, Verdict, Waste, counted


def judge(plan: BackupPlan, *, max_copies: int, ran_days: int) -> Verdict:
    if plan.last_ran_at is None or (plan.observed_at - plan.last_ran_at).days > ran_days:
        return Fine("It has not run of late, so that nothing is added.")
    if plan.endless_rules is None:
        return Unknown("for how long its rules keep what they make")
    if not plan.endless_rules:
        return Fine()
    if plan.endless_copies is None:
        return Unknown("how many backups it keeps")
    if plan.endless_copies <= max_copies:
        return Fine(f"{counted(plan.endless_copies, 'backup')} without an end of one resource at most.")
    rules, since = " and ".join(plan.endless_rules), plan.endless_since_at
    return Waste(
        saves=UNTOLD,
        because=f"Its {'rules' if len(plan.endless_rules) > 1 else 'rule'} {rules} set no end: "
        f"{counted(plan.endless_copies, 'backup')} of one resource are kept"
        f"{f' since {since:%Y-%m-%d}' if since else ''}, and each run adds one.",
    )


rule = Rule(
    id="aws_backup_plan_without_expiry",
    title="Backup plan by which nothing expires",
    looks_at=BackupPlan,
    settings={"max_copies": 60, "ran_days": 35},
    action="Set for how many days the rule keeps what it makes; then set an end to what it has made.",
    docs="https://docs.aws.amazon.com/aws-backup/latest/devguide/plan-options-and-configuration.html",
    judge=judge,
    action_type="Upgrade",
    stage="SHRINK",
    rollback_possible=True,
    rollback="Take the end out of the rule again; backups that have expired meanwhile are gone.",
    hint="aws backup get-backup-plan --region {region} --backup-plan-id {native_id}",
)

"""A backup that somebody took by hand and that nothing ends, of what a plan has backed up since."""

from __future__ import annotations

from connections.resources.backups import RecoveryPoint
from findings.recovery_points import left_alone, not_told, saved
from findings.rule import Fine, Rule, Verdict, Waste, counted


def judge(point: RecoveryPoint, *, old_days: int) -> Verdict:
    left = left_alone(point, days=old_days)
    if left is not None or point.created_at is None or point.plan_id:
        return left or Fine()
    if unknown := not_told(point):
        return unknown
    since = point.newest_planned_at
    if since is None or since <= point.created_at:
        return Fine("No plan has backed it up since.")
    days = (point.observed_at - point.created_at).days
    return Waste(
        saves=saved(point),
        because=f"Taken by hand {counted(days, 'day')} ago of {point.name or point.source}, with no end set; a plan "
        f"has backed the same up since, last on {since:%Y-%m-%d}.",
    )


rule = Rule(
    id="aws_backup_recovery_point_superseded",
    title="Backup by hand that a plan has overtaken",
    looks_at=RecoveryPoint,
    settings={"old_days": 180},
    action="Make sure that nobody must keep this one, then delete it, or set an end to it.",
    docs="https://docs.aws.amazon.com/aws-backup/latest/devguide/deleting-backups.html",
    judge=judge,
    rollback="None: a deleted backup is gone. Restore it once before where the data may be asked for.",
    hint="aws backup delete-recovery-point --region {region} --backup-vault-name {vault_name} "
    "--recovery-point-arn {resource_id}",
)

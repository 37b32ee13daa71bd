"""A backup without an end that a plan made which is gone, of what nothing backs up any more."""

from __future__ import annotations

from connections.resources.backups import RecoveryPoint
from findings.recovery_points import left_alone, not_told, saved
from findings.rule import Fine, Rule, Unknown, Verdict, Waste, counted


def judge(point: RecoveryPoint, *, quiet_days: int) -> Verdict:
    left = left_alone(point, days=quiet_days)
    if left is not None or point.created_at is None or not point.plan_id or point.is_plan_present:
        return left or Fine()
    if point.is_plan_present is None:
        return Unknown("whether the plan that made it still stands")
    if unknown := not_told(point):
        return unknown
    newest = point.newest_at or point.created_at
    quiet = (point.observed_at - newest).days
    if quiet < quiet_days:
        return Fine(f"What it is a backup of was backed up {counted(quiet, 'day')} ago.")
    if newest <= point.created_at:
        return Unknown("whether anybody needs it: it is the last backup that there is of its source")
    days = (point.observed_at - point.created_at).days
    return Waste(
        saves=saved(point),
        because=f"Made {counted(days, 'day')} ago of {point.name or point.source} by a plan that is gone, with no end "
        f"set; a newer one is kept, of {newest:%Y-%m-%d}, and nothing has backed it up since.",
    )


rule = Rule(
    id="aws_backup_recovery_point_left_over",
    title="Backup left over of a plan that is gone",
    looks_at=RecoveryPoint,
    settings={"quiet_days": 180},
    action="Make sure that nobody must keep it, then delete it, or set an end to it; the newest one stays.",
    docs="https://docs.aws.amazon.com/aws-backup/latest/devguide/deleting-backups.html",
    judge=judge,
    rollback="None: a deleted backup is gone. Restore it once before where the data may be asked for.",
    hint="aws backup delete-recovery-point --region {region} --backup-vault-name {vault_name} "
    "--recovery-point-arn {resource_id}",
)

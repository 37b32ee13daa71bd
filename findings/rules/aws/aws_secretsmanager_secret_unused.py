"""A secret that nothing has read for a long time is charged each month all the same."""

from __future__ import annotations

from connections.resources.secrets import Secret
from findings.rule import ALL, Fine, Rule, Unknown, Verdict, Waste, counted

OF_KAFKA = "AmazonMSK_"  # as the name of a secret must begin that MSK signs users in with


def judge(secret: Secret, *, unread_days: int) -> Verdict:
    if kept := _why_kept(secret):
        return Fine(kept)
    if secret.created_at is None:
        return Unknown("when the secret was made")
    touched_at = max(moment for moment in (secret.created_at, secret.last_changed_at, secret.last_read_at) if moment)
    days = (secret.observed_at - touched_at).days
    if days < unread_days:
        return Fine()
    if secret.primary_region:
        return Unknown("whether its replicas in other regions are read")
    if secret.name.startswith(OF_KAFKA):
        return Unknown("whether a cluster of MSK signs its users in with it: AWS does not say that such reads count")
    age_days = (secret.observed_at - secret.created_at).days
    told = f"Never read since it was made {counted(age_days, 'day')} ago."
    if secret.last_read_at is not None:
        read_days = (secret.observed_at - secret.last_read_at).days
        told = f"Last read {counted(read_days, 'day')} ago, and not changed for {days}."
    return Waste(saves=ALL, because=told)


def _why_kept(secret: Secret) -> str:
    if secret.deleted_at is not None:
        return "It waits to be deleted, and is not charged."
    if secret.managed_by:
        return f"{secret.managed_by} keeps it for a resource of its own."
    if secret.primary_region not in {"", secret.region}:
        return f"A replica of a secret of {secret.primary_region}, there for that region's loss."
    return ""


rule = Rule(
    id="aws_secretsmanager_secret_unused",
    title="Secret that nothing reads",
    looks_at=Secret,
    settings={"unread_days": 90},
    action="Make sure that nobody needs it in an emergency, then delete it with a recovery window.",
    docs="https://docs.aws.amazon.com/secretsmanager/latest/userguide/manage_delete-secret.html",
    judge=judge,
    rollback_possible=True,
    rollback="Restore it within its recovery window, of 30 days unless another is given.",
    hint="aws secretsmanager delete-secret --region {region} --secret-id {resource_id} --recovery-window-in-days 30",
)

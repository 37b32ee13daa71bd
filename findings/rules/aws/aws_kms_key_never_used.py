"""A key that was never used is charged each month, and nothing can have been encrypted with it."""

from __future__ import annotations

from connections.resources.encryption import EncryptionKey
from findings.rule import ALL, Fine, Rule, Unknown, Verdict, Waste, counted

NOT_CHARGED = frozenset({"Creating", "PendingDeletion", "PendingReplicaDeletion"})
OF_KMS_ALONE = frozenset({"AWS_KMS", "EXTERNAL"})


def judge(key: EncryptionKey, *, unused_days: int) -> Verdict:
    if key.state in NOT_CHARGED:
        return Fine("Not charged in this state.")
    if key.last_used_at is not None:
        days = (key.observed_at - key.last_used_at).days
        told = f"Last used {counted(days, 'day')} ago"
        return Fine(f"{told}.") if days < unused_days else Unknown(f"whether what it encrypts is kept; {told.lower()}")
    if key.created_at is None:
        return Unknown("when the key was made")
    age_days = (key.observed_at - key.created_at).days
    if age_days < unused_days:
        return Fine(f"There for {counted(age_days, 'day')} only.")
    if unseen := _what_is_not_seen(key):
        return Unknown(unseen)
    off = " It is switched off." if key.state == "Disabled" else ""
    return Waste(saves=ALL, because=f"Made {counted(age_days, 'day')} ago, and never used since.{off}")


def _what_is_not_seen(key: EncryptionKey) -> str:
    """Why it may have been used although no use is known."""
    if key.tracked_from_at is None:
        return "whether it was ever used"
    if key.created_at is None or key.tracked_from_at > key.created_at:
        return f"whether it was used before {key.tracked_from_at:%Y-%m-%d}, when AWS began to keep track"
    if key.is_multi_region:
        return "whether its like in other regions was used"
    if not key.spec.startswith(("SYMMETRIC_", "HMAC_")):
        return "whether its public half is used, which needs no call of AWS"
    return "" if key.origin in OF_KMS_ALONE else "whether its own key store uses it besides"


rule = Rule(
    id="aws_kms_key_never_used",
    title="Encryption key that was never used",
    looks_at=EncryptionKey,
    settings={"unused_days": 90},
    action="Make sure that nobody is about to use it, switch it off, and schedule its deletion once nothing misses it.",
    docs="https://docs.aws.amazon.com/kms/latest/developerguide/deleting-keys.html",
    judge=judge,
    rollback_possible=True,
    rollback="Switch the key on again; its deletion can be cancelled within its waiting period, of 7 to 30 days.",
    hint="aws kms disable-key --region {region} --key-id {resource_id}",
)

"""A private certificate authority that can neither issue nor vouch for anything costs as much as one that does."""

from __future__ import annotations

from connections.resources.secrets import CertificateAuthority
from findings.rule import ALL, Fine, Rule, Unknown, Verdict, Waste, counted

NOT_CHARGED = frozenset({"FAILED", "DELETED"})
USELESS = {
    "EXPIRED": "Its certificate ran out, and it has issued and vouched for nothing",
    "PENDING_CERTIFICATE": "It was never given a certificate, and has been of no use",
    "DISABLED": "Switched off, and all that it ever issued has been over, with its own certificate,",
}


def judge(authority: CertificateAuthority, *, useless_days: int) -> Verdict:
    if authority.state in NOT_CHARGED:
        return Fine("Not charged in this state.")
    if authority.state not in USELESS:
        return Fine()
    if authority.state == "DISABLED":
        if authority.ends_at is None or authority.ends_at > authority.observed_at:
            return Unknown("whether certificates that it has issued are still in use")
        since = authority.ends_at
    elif authority.state_since_at is None:
        return Unknown("since when it is in its state")
    else:
        since = authority.state_since_at
    days = (authority.observed_at - since).days
    if days < useless_days:
        return Fine(f"In this state for {counted(days, 'day')} only.")
    return Waste(saves=ALL, because=f"{USELESS[authority.state]} for {counted(days, 'day')}.")


rule = Rule(
    id="aws_acmpca_authority_unusable",
    title="Private certificate authority that is of no use",
    looks_at=CertificateAuthority,
    settings={"useless_days": 30},
    action="Make sure that nothing trusts it any longer, then delete it with a restoration period.",
    docs="https://docs.aws.amazon.com/privateca/latest/userguide/PCADeleteCA.html",
    judge=judge,
    rollback_possible=True,
    rollback="Restore it within its restoration period, of 7 to 30 days.",
    hint="aws acm-pca delete-certificate-authority --region {region} --certificate-authority-arn {resource_id} "
    "--permanent-deletion-time-in-days 30",
)

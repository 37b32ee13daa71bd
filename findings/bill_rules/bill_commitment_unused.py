"""A commitment is paid for every hour, used or not."""

from __future__ import annotations

from audits.billed import BilledCommitment, currencies_of
from findings.cost_window import told_until
from findings.rule import Fine, Rule, Unknown, Verdict, counted
from findings.unused_share import paid_for


def judge(commitment: BilledCommitment, *, window_days: int, max_unused_percent: int) -> Verdict:
    lines = commitment.lines()
    if (told_until(lines, commitment.until) - commitment.first).days < window_days:
        return Unknown(f"{counted(window_days, 'complete day')} of its bill")
    if len(currencies_of(lines)) > 1:
        return Unknown("its charges in one currency")
    found = paid_for(lines, until=commitment.until, days=window_days)
    return Fine() if found is None else found.verdict(max_unused_percent=max_unused_percent)


rule = Rule(
    id="bill_commitment_unused",
    title="Commitment that is not fully used",
    looks_at=BilledCommitment,
    settings={"window_days": 14, "max_unused_percent": 5},
    action="Let it cover other usage (wider scope, another family or account), sell or exchange it where the provider "
    "lets you, and do not renew this share.",
    action_type="PurchaseSavingsPlans",
    stage="PRICE",
    docs="https://www.finops.org/framework/capabilities/rate-optimization/",
    judge=judge,
    rollback="Buy the share again.",
    told_by=("aws_commitment_reservation_underused", "aws_commitment_savings_plan_underused"),
    access_adds="its end, its scope and whether it can be exchanged, read from the provider's reservations",
)

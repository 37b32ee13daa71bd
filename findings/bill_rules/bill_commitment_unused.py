"""A commitment is paid for every hour, used or not."""

from __future__ import annotations

from datetime import timedelta

from audits.billed import ZERO, BilledCommitment
from findings.cost_window import CostWindow
from findings.rule import Fine, Rule, Share, Unknown, Verdict, Waste, counted


def judge(commitment: BilledCommitment, *, window_days: int, max_unused_percent: int) -> Verdict:
    if commitment.known_days < window_days:
        return Unknown(f"{counted(window_days, 'complete day')} of its bill")
    # AWS charges what a reservation did not use by the month: such a line counts with its days in the window.
    window = CostWindow(first=commitment.until - timedelta(days=window_days), until=commitment.until)
    lines = commitment.lines()
    unused = sum((window.cost(line) for line in lines if line.commitment_discount_status == "Unused"), ZERO)
    paid = sum((window.cost(line) for line in lines), ZERO)
    if paid <= 0 or unused * 100 <= paid * max_unused_percent:
        return Fine()
    return Waste(
        saves=Share(fraction=unused / paid),
        because=f"Of {paid:,.2f} {lines[0].billing_currency} paid for it in the last "
        f"{counted(window_days, 'day')}, {unused:,.2f} ({unused * 100 / paid:.0f} %) bought nothing.",
    )


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
    access_adds="its end, its scope and whether it can be exchanged, read from the provider's reservations",
)

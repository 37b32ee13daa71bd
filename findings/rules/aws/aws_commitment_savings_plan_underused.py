"""A savings plan is paid for every hour, also those in which nothing runs that it could cover."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connections.resources.commitments import SavingsPlan
from findings.rule import Rule, Verdict
from findings.unused_share import judge_use

if TYPE_CHECKING:
    from audits.evidence import Bill


def judge(plan: SavingsPlan, *, bill: Bill, window_days: int, max_unused_percent: int) -> Verdict:
    return judge_use(
        bill=bill,
        state=plan.state,
        begins_at=plan.begins_at,
        observed_at=plan.observed_at,
        window_days=window_days,
        max_percent=max_unused_percent,
    )


rule = Rule(
    id="aws_commitment_savings_plan_underused",
    title="Savings plan that is not fully used",
    looks_at=SavingsPlan,
    settings={"window_days": 14, "max_unused_percent": 5},
    action="Move use onto what it covers, or return it where AWS still lets you; do not renew this share.",
    docs="https://docs.aws.amazon.com/savingsplans/latest/userguide/ce-sp-usingPR.html",
    judge=judge,
    reads_bill=True,
    action_type="PurchaseSavingsPlans",
    stage="PRICE",
    rollback="A plan that was returned does not come back; buy the share again.",
    hint="aws savingsplans describe-savings-plans --savings-plan-arns {resource_id}",
)

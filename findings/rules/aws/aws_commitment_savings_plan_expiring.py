"""A savings plan that ends soon with none to follow leaves what it covers to full prices, or is renewed unseen."""

from __future__ import annotations

from connections.resources.commitments import SavingsPlan
from findings.rule import UNTOLD, Fine, Rule, Unknown, Verdict, Waste, counted


def judge(plan: SavingsPlan, *, days_left: int) -> Verdict:
    if plan.state != "active":
        return Fine()
    if plan.ends_at is None:
        return Unknown("when the savings plan ends")
    left = (plan.ends_at - plan.observed_at).days
    if left > days_left:
        return Fine(f"It runs until {plan.ends_at:%Y-%m-%d}.")
    if left < 0:
        return Fine("It has ended.")
    if plan.followed_by:
        are = "is" if len(plan.followed_by) == 1 else "are"
        return Fine(f"{counted(len(plan.followed_by), 'plan')} of the same kind {are} bought to take over.")
    what = f"{plan.plan_type} plan" + (f" of {plan.instance_family} in {plan.plan_region}" * bool(plan.instance_family))
    return Waste(
        saves=UNTOLD,  # the discount that is lost is worth what is still used of it, after the open findings
        because=f"{what}, {plan.hourly_commitment} {plan.currency} an hour, ends on {plan.ends_at:%Y-%m-%d}, in "
        f"{counted(left, 'day')}, and no plan of the same kind is bought to follow.",
    )


rule = Rule(
    id="aws_commitment_savings_plan_expiring",
    title="Savings plan that ends soon",
    looks_at=SavingsPlan,
    settings={"days_left": 30},
    action="Decide before it ends: buy again only what is still used once the open findings are acted on.",
    docs="https://docs.aws.amazon.com/savingsplans/latest/userguide/sp-queuing.html",
    judge=judge,
    action_type="PurchaseSavingsPlans",
    stage="PRICE",
    implementation_effort="VeryLow",
    rollback="A plan that was bought cannot be undone, but for a return within seven days where AWS allows it.",
    hint="aws savingsplans describe-savings-plans --savings-plan-arns {resource_id}",
)

"""Machines that run around the clock at full price could be had cheaper for a promise to go on."""

from __future__ import annotations

from findings.rule import Fine, Rule, Verdict
from findings.steady_use import COMPUTE, SteadyUse
from findings.worth_buying import WHOLE_TERM, WHY_APART, judge_purchase


def judge(use: SteadyUse, *, min_cost_a_month: float) -> Verdict:
    if use.service_name != COMPUTE:
        return Fine()
    return judge_purchase(use, min_cost_a_month=min_cost_a_month, what="machine")


rule = Rule(
    id="bill_savings_plan_worth_buying",
    title="Savings plan worth buying",
    looks_at=SteadyUse,
    settings={"min_cost_a_month": 50},
    action="Act on the open findings first; "
    "then buy a Compute savings plan for what is left, no larger than what it costs an hour.",
    action_type="PurchaseSavingsPlans",
    stage="PRICE",
    docs="https://docs.aws.amazon.com/savingsplans/latest/userguide/what-is-savings-plans.html",
    judge=judge,
    rollback="A commitment runs to its end: it cannot be undone.",
    assumes=WHOLE_TERM,
    apart=WHY_APART,
    access_adds="the findings that are to be acted on first",
)

"""Machines that run around the clock at full price could be had cheaper for a promise to go on."""

from __future__ import annotations

from dataclasses import replace

from findings.rule import Fine, Rule, Verdict, Waste
from findings.steady_use import COMPUTE, SteadyUse
from findings.worth_buying import WHOLE_TERM, WHY_APART, judge_purchase


def judge(use: SteadyUse, *, min_cost_a_month: float) -> Verdict:
    if use.service_name != COMPUTE:
        return Fine()
    found = judge_purchase(use, min_cost_a_month=min_cost_a_month, what="machine")
    return replace(found, because=f"{found.because} {_size(use)}") if isinstance(found, Waste) else found


def _size(use: SteadyUse) -> str:
    """AWS takes from a commitment what a machine costs under the plan, not its full price."""
    size = use.hourly_at_rates
    if size is None:
        return "A plan's commitment is counted at its own, lower rates, which this bill does not tell for all of it."
    currency = use.charges[0].billing_currency
    return f"At the rates of the bill's own Compute plans it comes to {size:,.4f} {currency} an hour of commitment."


rule = Rule(
    id="bill_savings_plan_worth_buying",
    title="Savings plan worth buying",
    looks_at=SteadyUse,
    settings={"min_cost_a_month": 50},
    action="Act on the open findings first; "
    "then buy a Compute savings plan for what is left, no larger than what that comes to at the plan's own rates, "
    "which are lower than full price.",
    action_type="PurchaseSavingsPlans",
    stage="PRICE",
    docs="https://docs.aws.amazon.com/savingsplans/latest/userguide/what-is-savings-plans.html",
    judge=judge,
    rollback="A commitment runs to its end: it cannot be undone.",
    assumes=WHOLE_TERM,
    apart=WHY_APART,
    access_adds="the findings that are to be acted on first",
)

"""A burstable machine that runs above its baseline day after day may pay more for credits than a steady one costs."""

from __future__ import annotations

from audits.billed import BilledResource, cost_of
from findings.rule import UNTOLD, Fine, Rule, Unknown, Verdict, Waste, counted

CREDITS = ("CPUCredits",)
MACHINE = ("BoxUsage", "InstanceUsage")


def judge(resource: BilledResource, *, window_days: int, charged_days: int, min_percent: int) -> Verdict:
    bought_credits = resource.lines(*CREDITS, days=window_days)
    if resource.cloud != "aws" or not bought_credits:
        return Fine()
    if resource.known_days < window_days:
        return Unknown(f"{counted(window_days, 'complete day')} of its bill")
    days = sum(cost > 0 for cost in resource.cost_by_day(bought_credits, days=window_days))
    machine, bought = cost_of(resource.lines(*MACHINE, days=window_days)), cost_of(bought_credits)
    if days < charged_days or bought * 100 < machine * min_percent:
        return Fine()
    return Waste(
        saves=UNTOLD,
        because=f"Credits were bought on {days} of the last {counted(window_days, 'day')}: {bought:,.2f} "
        f"{bought_credits[0].billing_currency} beside {machine:,.2f} for the machine itself.",
    )


rule = Rule(
    id="bill_burst_credits",
    title="Burstable machine that buys credits day after day",
    looks_at=BilledResource,
    settings={"window_days": 14, "charged_days": 10, "min_percent": 20},
    action="Compare what its credits cost with what a type of steady performance costs more, and move it if less.",
    action_type="Rightsize",
    stage="SHRINK",
    restart_needed=True,
    rollback_possible=True,
    docs="https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/burstable-performance-instances-unlimited-mode.html",
    judge=judge,
    rollback="Change the type back.",
    told_by=("aws_ec2_instance_burst_credits",),
    access_adds="its CPU hour by hour, and which type carries it",
)

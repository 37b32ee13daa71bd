"""Logs that a resource suddenly writes many times as much of are mostly a setting that was forgotten."""

from __future__ import annotations

from statistics import median

from audits.billed import BilledResource, cost_of
from findings.rule import Fine, Rule, Share, Unknown, Verdict, Waste, counted

INGESTED = {
    "aws": ("DataProcessing-Bytes", "VendedLog-Bytes", "DataProcessingIA-Bytes"),
    "azure": ("Analytics Logs Data Ingestion", "Pay-as-you-go Data Ingestion", "Basic Logs Data Ingestion"),
    "gcp": ("Log Storage cost",),
}


def judge(
    resource: BilledResource, *, recent_days: int, usual_days: int, min_factor: float, min_cost: float
) -> Verdict:
    days = recent_days + usual_days
    logs = resource.lines(*INGESTED.get(resource.cloud, ("-",)), days=days)
    if not logs:
        return Fine()
    if resource.known_days < days:
        return Unknown(f"{counted(days, 'complete day')} of its bill")
    costs = resource.cost_by_day(logs, days=days)
    usual, recent = median(costs[:usual_days]), sum(costs[usual_days:])
    extra = recent - usual * recent_days
    if extra < min_cost or float(recent) < float(usual) * recent_days * min_factor:
        return Fine()
    whole = cost_of(resource.lines(days=recent_days))
    return Waste(
        saves=Share(fraction=min(extra / whole, extra / extra)),
        because=f"Taking its logs in cost {recent:,.2f} {logs[0].billing_currency} in the last "
        f"{counted(recent_days, 'day')}; on a usual day before it was {usual:,.2f}.",
    )


rule = Rule(
    id="bill_log_ingestion_outlier",
    title="Many times as many logs as before",
    looks_at=BilledResource,
    settings={"recent_days": 7, "usual_days": 28, "min_factor": 3, "min_cost": 10},
    action="Look what writes them; lower the level that was raised, or leave them out before they are taken in.",
    action_type="Rightsize",
    stage="SHRINK",
    rollback_possible=True,
    docs="https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/WhatIsCloudWatchLogs.html",
    judge=judge,
    rollback="Raise the level again.",
    access_adds="how long the logs are kept, and which streams grew",
)

"""Logs are charged by what is written; a log that suddenly writes a multiple is more often noise than news."""

from __future__ import annotations

import re
from decimal import Decimal
from statistics import median

from audits.billed import MONTH_DAYS, BilledResource, fraction_of, lacks_quantity, meter_of
from findings.rule import Fine, Rule, Share, Unknown, Verdict, Waste, counted

INGESTED = {
    "aws": re.compile(r"(DataProcessing|VendedLog)(IA)?-Bytes"),
    "azure": re.compile(r".*(Data Ingestion|Data Analyzed|Analysis)$"),
    "gcp": re.compile(r"Log (Storage cost|Storage|Volume)$"),
}
IDS = {"aws": ":log-group:", "azure": "/microsoft.operationalinsights/workspaces/", "gcp": ""}


def judge(
    log: BilledResource, *, window_days: int, before_days: int, min_times: float, min_deviations: float, min_cost: float
) -> Verdict:
    if log.cloud not in INGESTED or IDS[log.cloud] not in log.resource_id.lower():
        return Fine()
    days = window_days + before_days
    lines = [line for line in log.lines(days=days) if INGESTED[log.cloud].match(meter_of(line))]
    recent_days = log.cost_by_day(lines, days=window_days)
    paid = sum(recent_days, Decimal(0))
    if paid * MONTH_DAYS < Decimal(str(min_cost)) * window_days:
        return Fine()
    if log.known_days < days:
        return Unknown(f"{counted(days, 'complete day')} of its bill")
    if lacks_quantity(lines):
        return Unknown("how much was written on each day")
    written = log.by_day(lines, days=days)
    before, recent = written[:before_days], written[before_days:]
    usual, now = median(before), median(recent)
    deviation = median(abs(amount - usual) for amount in before)
    high = max(usual * Decimal(str(min_times)), usual + deviation * Decimal(str(min_deviations)))
    if usual <= 0 or now <= high:
        return Fine()
    excess = max(Decimal(0), 1 - usual * window_days / sum(recent, Decimal(0)))
    return Waste(
        saves=Share(fraction=fraction_of(paid * excess, log.lines(days=window_days))),
        because=f"It writes {now / usual:,.1f} times as much a day as in the {counted(before_days, 'day')} before; the "
        f"last {counted(window_days, 'day')} cost {paid:,.2f} {lines[0].billing_currency} to take in.",
    )


rule = Rule(
    id="bill_log_ingestion_outlier",
    title="Log that takes in a multiple of what it used to",
    looks_at=BilledResource,
    settings={"window_days": 7, "before_days": 28, "min_times": 2, "min_deviations": 5, "min_cost": 50},
    action="Find what writes more, lower its log level or filter it out before it is taken in.",
    action_type="Rightsize",
    stage="SHRINK",
    docs="https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CloudWatchLogs-Usage-Metrics.html",
    judge=judge,
    rollback="Set the log level or the filter back.",
    assumes="that nobody wants what it writes more than before",
    access_adds="which source writes it, and at which level",
)

"""Watching should not cost a large part of what is watched."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from audits.billed import MONTH_DAYS, BilledService, cost_of, currencies_of
from findings.rule import Fine, Rule, Share, Unknown, Verdict, Waste, counted

METRICS = {
    "aws": ("CW:MetricMonitorUsage", "CW:MetricStreamUsage", "CW:GMD-Metrics"),
    "azure": (
        "Metrics ingestion Metric samples",
        "Metric Samples Ingested Metric samples",
        "Prometheus Metrics Queries Metric samples",
        "Native Metric Queries API Calls",
    ),
    "gcp": ("Metric Volume", "Prometheus Samples Ingested", "Time series billed count", "Monitoring API Requests"),
}


def judge(service: BilledService, *, max_percent: float, min_cost: float) -> Verdict:
    metrics = service.metered(*METRICS.get(service.cloud, ("-",)))
    if not metrics:
        return Fine()
    if service.known_days < MONTH_DAYS:
        return Unknown(f"{counted(MONTH_DAYS, 'complete day')} of its bill")
    since = service.until - timedelta(days=MONTH_DAYS)
    usage = [
        one for one in service.account if one.charge_category == "Usage" and since <= one.charge_date < service.until
    ]
    if len(currencies_of((*metrics, *usage))) > 1:
        return Unknown("its account's charges in one currency")
    cost = cost_of(metrics)
    rest = max(cost_of(usage) - cost, Decimal(0))
    allowed = rest * Decimal(str(max_percent)) / 100
    if cost < Decimal(str(min_cost)) or cost <= allowed:
        return Fine()
    return Waste(
        saves=Share(fraction=(cost - allowed) / max(cost, cost_of(service.lines(days=MONTH_DAYS)))),
        because=f"Metrics cost {cost:,.2f} {metrics[0].billing_currency} in the last {counted(MONTH_DAYS, 'day')}, all "
        f"other usage of the account {rest:,.2f}. An estimate: at {max_percent} % of that it would be "
        f"{cost - allowed:,.2f} less.",
    )


rule = Rule(
    id="bill_metrics_outlier",
    title="Metrics cost a large part of what they watch",
    looks_at=BilledService,
    settings={"max_percent": 10, "min_cost": 50},
    action="Drop metrics and labels that no alarm and no page reads, send them less often, stream only those needed.",
    action_type="Rightsize",
    stage="SHRINK",
    implementation_effort="Medium",
    rollback_possible=True,
    docs="https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_billing.html",
    judge=judge,
    rollback="Send the metric again; what it would have said meanwhile is lost.",
    apart="it is of a whole service, whose resources are counted one by one",
    access_adds="which metrics no alarm and no dashboard reads",
)

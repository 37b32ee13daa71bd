"""An endpoint of Comprehend holds throughput ready, and is charged for it by the second until it is deleted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connections.resources import Metric
from connections.resources.language import LanguageEndpoint
from findings.rule import ALL, Fine, Rule, Verdict, Waste, counted, unmeasured

if TYPE_CHECKING:
    from audits.evidence import Usage

# AWS reports it only for requests that succeeded.
CONSUMED = Metric(name="ConsumedInferenceUnits", statistic="Sum", unit="units", is_silent_at_zero=True)


def judge(endpoint: LanguageEndpoint, *, usage: Usage, idle_days: int) -> Verdict:
    if endpoint.state != "IN_SERVICE":
        return Fine()
    days = usage.days(CONSUMED, days=idle_days)
    if any((value or 0) > 0 for value in days):
        return Fine()
    age_days = (endpoint.observed_at - endpoint.created_at).days if endpoint.created_at else 0
    if None in days or age_days < idle_days:
        return unmeasured(endpoint, since=endpoint.created_at, days=idle_days, what="requests")
    ready = "Throughput" if endpoint.unit_count is None else counted(endpoint.unit_count, "unit") + " of throughput"
    return Waste(
        saves=ALL,
        because=f"{ready} held ready, and no request succeeded over the last {counted(idle_days, 'day')}.",
    )


rule = Rule(
    id="aws_comprehend_endpoint_idle",
    title="Comprehend endpoint without requests",
    looks_at=LanguageEndpoint,
    settings={"idle_days": 30},
    action="Make sure that no application asks it, keep its model, then delete the endpoint.",
    docs="https://docs.aws.amazon.com/comprehend/latest/dg/using-endpoints.html",
    judge=judge,
    metrics=(CONSUMED,),
    window_days=30,
    rollback_possible=True,
    rollback="Make an endpoint of the same model again; it takes some minutes, and may be given the same name.",
    hint="aws comprehend delete-endpoint --region {region} --endpoint-arn {resource_id}",
)

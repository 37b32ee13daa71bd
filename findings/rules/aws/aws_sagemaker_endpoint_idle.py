"""A model endpoint that nobody calls keeps its machines running, and they are charged by the hour."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from connections.resources import Metric
from connections.resources.models import ModelEndpoint
from findings.rule import ALL, Fine, Rule, Unknown, Verdict, Waste, counted, unmeasured

if TYPE_CHECKING:
    from audits.evidence import Usage

# AWS tells nothing of an endpoint on a day on which nobody called it.
CALLS = Metric(name="Invocations", statistic="Sum", unit="calls", is_silent_at_zero=True)


def judge(endpoint: ModelEndpoint, *, usage: Usage, idle_days: int) -> Verdict:
    if endpoint.state != "InService" or endpoint.is_serverless or endpoint.instance_count == 0:
        return Fine("No machine of its own runs." if endpoint.state == "InService" else "")
    calls = [value for value in usage.days(CALLS, days=idle_days) if value is not None]
    if any(value > 0 for value in calls):
        return Fine()
    if hidden := _what_is_not_counted(endpoint):
        return Unknown(hidden)
    age_days = (endpoint.observed_at - endpoint.created_at).days if endpoint.created_at else 0
    if len(calls) < idle_days or age_days < idle_days:
        return unmeasured(endpoint, since=endpoint.created_at, days=idle_days, what="calls")
    if endpoint.changed_at is None or endpoint.changed_at.date() >= usage.until - timedelta(days=idle_days):
        when = f"on {endpoint.changed_at:%Y-%m-%d}" if endpoint.changed_at else "last"
        return Unknown(f"under which name its calls were counted before it was changed {when}")
    machines = counted(endpoint.instance_count or 0, "machine")
    return Waste(saves=ALL, because=f"{machines} running, and nobody called over the last {counted(idle_days, 'day')}.")


def _what_is_not_counted(endpoint: ModelEndpoint) -> str:
    """Why silence proves nothing: calls are counted under other names than that of the only variant."""
    if endpoint.variant_names is None or endpoint.component_count is None:
        return "its variants, and whether several models share it"
    if len(endpoint.variant_names) != 1:
        return "the calls of each of its variants"
    if endpoint.component_count:
        return "the calls of each of the models that share it"
    if endpoint.is_counted_by_machine:
        return "the calls of each of its machines"
    return "what waits in its queue" if endpoint.is_async else ""


rule = Rule(
    id="aws_sagemaker_endpoint_idle", title="Model endpoint that nobody calls", looks_at=ModelEndpoint,
    settings={"idle_days": 30},
    action="Make sure that no application calls it, keep its model and configuration, then delete the endpoint.",
    docs="https://docs.aws.amazon.com/sagemaker/latest/dg/realtime-endpoints-delete-resources.html",
    judge=judge, metrics=(CALLS,), window_days=30, rollback_possible=True,
    rollback="Make the endpoint again of the configuration that was kept; it takes some minutes.",
    hint="aws sagemaker delete-endpoint --region {region} --endpoint-name {name}",
)  # fmt: skip

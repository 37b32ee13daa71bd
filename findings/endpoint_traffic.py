"""What the bytes of a VPC endpoint tell: the criterion that its rules share. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connections.resources import Metric
from findings.rule import ALL, Fine, Unknown, Verdict, Waste, counted

if TYPE_CHECKING:
    from audits.evidence import Usage
    from connections.resources.endpoints import VpcEndpoint

# GuardDuty's agents send what they see through it: AWS charges nothing for it, and may make one in each VPC.
UNCHARGED = {"guardduty-data", "guardduty-data-fips"}
# Reported for a minute in which the endpoint received traffic, and not at all for any other.
BYTES = Metric(name="BytesProcessed", statistic="Sum", unit="bytes", is_silent_at_zero=True)


def judge_silence(endpoint: VpcEndpoint, *, usage: Usage, idle_days: int) -> Verdict:
    """Waste where the endpoint had no byte in all of the days, and had the days to have one."""
    if endpoint.state != "available":
        return Fine()
    if endpoint.is_requester_managed:
        return Fine("Another service of AWS made it, and keeps it.")
    if not UNCHARGED.isdisjoint(endpoint.service_name.split(".")):
        return Fine("It is for the agents of GuardDuty, and AWS charges nothing for it.")
    days = usage.days(BYTES, days=idle_days)
    if any(days):
        return Fine()
    return _too_early(endpoint, days=days) or Waste(
        saves=ALL,
        because=f"No byte to or from {endpoint.service_name} in all of the last {counted(idle_days, 'day')}; "
        f"charged by the hour in {counted(endpoint.subnet_count, 'subnet')}.",
    )


def _too_early(endpoint: VpcEndpoint, *, days: tuple[float | None, ...]) -> Fine | Unknown | None:
    """Why no byte proves nothing. A silence of days before it was made is none of the endpoint's."""
    if endpoint.created_at is None:
        return Unknown("when the endpoint was made")
    age_days = (endpoint.observed_at - endpoint.created_at).days
    if age_days < len(days):
        return Fine(f"There for {counted(age_days, 'day')} only.")
    if endpoint.service_region not in {"", endpoint.region}:
        return Unknown(f"its traffic: AWS publishes none for a service in another Region ({endpoint.service_region})")
    if None in days:
        return Unknown(f"traffic on every one of the last {counted(len(days), 'day')}")
    return None

"""A health check that nothing goes by is charged each month all the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connections.resources import Metric
from connections.resources.dns import HealthCheck
from findings.rule import ALL, Fine, Rule, Unknown, Verdict, Waste, counted

if TYPE_CHECKING:
    from audits.evidence import Usage

# Not whether it is healthy counts here, but that it was there each day: AWS does not tell when a check was made.
STATUS = Metric(name="HealthCheckStatus", statistic="Minimum", unit="1 where healthy")


def judge(check: HealthCheck, *, usage: Usage, idle_days: int) -> Verdict:
    if check.managed_by or check.check_type == "RECOVERY_CONTROL":
        return Fine(f"{check.managed_by or 'Application Recovery Controller'} keeps it.")
    if check.used_by:
        return Fine(f"Used by {check.used_by[0]}.")
    if check.used_by is None:
        return Unknown("whether a record, another check, an alarm or a protection stands on it")
    if usage.complete_days(STATUS, days=idle_days) is None:
        return Unknown(f"whether it has been there for {counted(idle_days, 'day')}: its status on each of them")
    return Waste(
        saves=ALL,
        because="No record of this account, no other check, no alarm and no protection stands on it; it has been "
        f"checking for {counted(idle_days, 'day')} at least.",
    )


rule = Rule(
    id="aws_route53_health_check_unused",
    title="Health check that nothing goes by",
    looks_at=HealthCheck,
    settings={"idle_days": 30},
    action="Make sure that no record or alarm of another account names it, and that nobody reads its status, then "
    "delete the health check.",
    docs="https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/health-checks-creating-deleting.html",
    judge=judge,
    metrics=(STATUS,),
    window_days=30,
    implementation_effort="VeryLow",
    rollback_possible=True,
    rollback="Make the check again from the same values; it gets another id.",
    hint="aws route53 delete-health-check --health-check-id {native_id}",
)

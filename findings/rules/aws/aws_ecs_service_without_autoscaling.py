"""A service that is busy by day and idle by night keeps as many tasks for the one as for the other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connections.resources.containers import ContainerService
from findings.rule import UNTOLD, Fine, Rule, Unknown, Verdict, Waste, counted, unmeasured
from findings.service_usage import HOURLY_CPU, days_of_hours

if TYPE_CHECKING:
    from audits.evidence import Usage

LEAST_DAYS = 5  # busy ones: a working week


def judge(
    service: ContainerService, *, usage: Usage, idle_days: int, least_tasks: int, busy_percent: float, quiet_hours: int
) -> Verdict:
    is_looked_at = service.state == "ACTIVE" and service.launch == "FARGATE" and service.scheduling == "REPLICA"
    if not is_looked_at or service.desired_count < least_tasks or service.scaling:
        return Fine("It is scaled automatically." if service.scaling else "")
    days = days_of_hours(usage, days=idle_days)
    busy = [day for day in days if day is not None and day.peak >= busy_percent]
    if any(day.quiet_hours < quiet_hours for day in busy):
        return Fine()
    if service.scaling is None:
        return Unknown("whether it is scaled automatically")
    if None in days:
        return unmeasured(service, since=service.created_at, days=idle_days, what="every hour's CPU")
    if len(busy) < LEAST_DAYS:
        return Fine("Hardly ever busy: its size is the question.")
    return Waste(
        saves=UNTOLD,  # its tasks are charged, each by itself
        because=f"{counted(service.desired_count, 'task')} at the time of the audit, and nothing scales them: on each "
        f"of the {len(busy)} of the last {counted(idle_days, 'day')} on which its CPU reached {busy_percent:g} % in an "
        f"hour, it lay at a quarter of that hour's or below for {min(day.quiet_hours for day in busy)} hours and more.",
    )


rule = Rule(
    id="aws_ecs_service_without_autoscaling",
    title="ECS service that keeps its tasks when nobody needs them",
    looks_at=ContainerService,
    settings={"idle_days": 14, "least_tasks": 4, "busy_percent": 30, "quiet_hours": 8},
    action="Scale it by its CPU or its requests, between what its zones need at the least and what it has today.",
    docs="https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-auto-scaling.html",
    judge=judge,
    metrics=(HOURLY_CPU,), window_days=14, action_type="ScaleIn", stage="SHRINK", rollback_possible=True,
    rollback="Take the scaling away and set the number of tasks back to what it was.",
    hint="aws ecs describe-services --region {region} --cluster {cluster_name} --services {name}",
)  # fmt: skip

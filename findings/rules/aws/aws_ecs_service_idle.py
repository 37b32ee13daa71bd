"""A service to which nobody sends a request keeps its tasks running, and charged, all the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connections.resources.containers import ContainerService
from findings.rule import UNTOLD, Fine, Rule, Unknown, Verdict, Waste, counted, unmeasured
from findings.service_usage import PEAK_CPU, REQUESTS

if TYPE_CHECKING:
    from audits.evidence import Usage


def judge(service: ContainerService, *, usage: Usage, idle_days: int, max_cpu_percent: float) -> Verdict:
    if service.state != "ACTIVE" or service.scheduling != "REPLICA" or not service.desired_count:
        return Fine()
    requests, cpu = usage.days(REQUESTS, days=idle_days), usage.days(PEAK_CPU, days=idle_days)
    if any(requests) or any(value is not None and value > max_cpu_percent for value in cpu):
        return Fine()
    if service.is_reached_otherwise or len(service.target_groups) != 1:
        return Unknown("what is asked of it: no one load balancer tells")
    # Such a balancer tells nothing while it is asked nothing; of any other, silence says nothing.
    is_told = None not in requests or (service.counts_requests and usage.was_read(REQUESTS, days=idle_days))
    if not is_told or None in cpu:
        return unmeasured(service, since=service.created_at, days=idle_days, what="requests and CPU")
    return Waste(
        saves=UNTOLD,  # its tasks are charged, each by itself
        because=f"{counted(service.desired_count, 'task')} running: no request came over the last "
        f"{counted(idle_days, 'day')}, and its CPU was never above {max_cpu_percent:g} %.",
    )


rule = Rule(
    id="aws_ecs_service_idle",
    title="ECS service that nobody asks anything",
    looks_at=ContainerService,
    settings={"idle_days": 30, "max_cpu_percent": 5},
    action="Make sure that it does no work of its own, set it to no task, and delete it when nobody has missed it.",
    docs="https://docs.aws.amazon.com/AmazonECS/latest/developerguide/delete-service-v2.html",
    judge=judge,
    metrics=(REQUESTS, PEAK_CPU), window_days=30, rollback_possible=True,
    rollback="Set it to as many tasks as before; they run within minutes.",
    hint="aws ecs update-service --region {region} --cluster {cluster_name} --service {name} --desired-count 0",
)  # fmt: skip

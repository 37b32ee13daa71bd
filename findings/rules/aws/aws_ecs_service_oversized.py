"""A task on Fargate is charged for the processor and the memory that it is given, whether it takes them or not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connections.resources.containers import ContainerService
from findings.rule import UNTOLD, Fine, Rule, Unknown, Verdict, Waste, counted, unmeasured
from findings.service_usage import PEAK_CPU, PEAK_MEMORY, TASK_CPU, TASK_MEMORY, size_of_task, size_that_does

if TYPE_CHECKING:
    from audits.evidence import Usage


def judge(service: ContainerService, *, usage: Usage, idle_days: int, max_percent: float) -> Verdict:
    is_looked_at = service.state == "ACTIVE" and service.launch == "FARGATE" and service.desired_count
    if not is_looked_at or service.scaling:
        return Fine("It is scaled automatically: smaller tasks would be more of them." if service.scaling else "")
    known = [value for value in usage.days(PEAK_CPU, days=idle_days) if value is not None]
    if any(value > max_percent for value in known):
        return Fine(f"It took up to {max(known):.0f} % of its processors.")
    if service.scaling is None or not service.is_measured:
        unscaled = "whether it is scaled automatically" if service.scaling is None else ""
        return Unknown(unscaled or "how large its tasks are, which Container Insights alone would measure")
    cpu, memory = (usage.highest(metric, days=idle_days) for metric in (PEAK_CPU, PEAK_MEMORY))
    size = size_of_task(usage, days=idle_days)
    if cpu is None or memory is None or size is None:
        return unmeasured(service, since=service.created_at, days=idle_days, what="one size of its tasks, with peaks,")
    smaller = size_that_does(size, cpu_percent=cpu, memory_percent=memory)
    if smaller is None:
        return Fine(f"No smaller task carries {cpu:.0f} % of its processors and {memory:.0f} % of its memory.")
    share = smaller.weight / size.weight
    return Waste(
        saves=UNTOLD,  # its tasks are charged, each by itself
        because=f"{counted(service.desired_count, 'task')} of {size.cpu / 1024:g} vCPU and {size.memory_mib / 1024:g} "
        f"GiB: over the last {counted(idle_days, 'day')} none took more than {cpu:.0f} % of the one and {memory:.0f} % "
        f"of the other. {smaller.cpu / 1024:g} vCPU and {smaller.memory_mib / 1024:g} GiB carry that at "
        f"{share * 100:.0f} % of the list price.",
    )


rule = Rule(
    id="aws_ecs_service_oversized",
    title="ECS service on Fargate with tasks that are too large",
    looks_at=ContainerService,
    settings={"idle_days": 14, "max_percent": 60},
    action="Register its task definition again with the size that is named, and deploy that.",
    docs="https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-tasks-services.html",
    judge=judge,
    metrics=(PEAK_CPU, PEAK_MEMORY, TASK_CPU, TASK_MEMORY), window_days=14, action_type="Rightsize", stage="SHRINK",
    rollback_possible=True,
    rollback="Deploy the revision before.",
    hint="aws ecs describe-services --region {region} --cluster {cluster_name} --services {name}",
)  # fmt: skip

"""Machines that wait in a cluster in which no task runs are charged as if they worked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connections.resources.containers import ContainerCluster
from findings.rule import UNTOLD, Fine, Rule, Unknown, Verdict, Waste, counted
from findings.service_usage import RESERVED

if TYPE_CHECKING:
    from audits.evidence import Usage


def judge(cluster: ContainerCluster, *, usage: Usage, idle_days: int) -> Verdict:
    if cluster.state != "ACTIVE" or cluster.running_tasks or cluster.machine_count == 0:
        return Fine()
    if cluster.machine_count is None or cluster.machines_since_at is None:
        return Unknown("which machines are registered with it, whether they run, and since when")
    since_days = (cluster.observed_at - cluster.machines_since_at).days
    if since_days < idle_days:
        return Fine(f"Its machines are there for {counted(since_days, 'day')} only.")
    reserved = usage.days(RESERVED, days=idle_days)
    if any(reserved):
        return Fine()
    if None in reserved:
        return Unknown(f"whether tasks ran on every one of the last {counted(idle_days, 'day')}")
    services = f", with {counted(cluster.service_count, 'service')} of no task" if cluster.service_count else ""
    return Waste(
        saves=UNTOLD,  # the machines are charged, each by itself
        because=f"{counted(cluster.machine_count, 'machine')} registered, and no task ran on any of them over the last "
        f"{counted(idle_days, 'day')}{services}.",
    )


rule = Rule(
    id="aws_ecs_cluster_idle",
    title="ECS cluster whose machines run nothing",
    looks_at=ContainerCluster,
    settings={"idle_days": 30},
    action="Set its Auto Scaling group, or the compute environment of AWS Batch, to no machine at the least.",
    docs="https://docs.aws.amazon.com/AmazonECS/latest/developerguide/cluster-auto-scaling.html",
    judge=judge,
    metrics=(RESERVED,), window_days=30, action_type="ScaleIn", stage="SHRINK", rollback_possible=True,
    rollback="Raise the group again; machines join within minutes.",
    hint="aws ecs list-container-instances --region {region} --cluster {name}",
)  # fmt: skip

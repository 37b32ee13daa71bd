"""A replication instance whose migration is over goes on costing as a database server does."""

from __future__ import annotations

from connections.resources.migrations import ReplicationInstance
from findings.rule import ALL, Fine, Rule, Unknown, Verdict, Waste, counted

AT_REST = frozenset({"stopped", "failed", "ready", "failed-move", "deleting"})


def judge(instance: ReplicationInstance, *, unused_days: int) -> Verdict:
    if instance.state != "available":
        return Fine()
    if instance.task_states is None:
        return Unknown("what its replication tasks do")
    at_work = sorted(set(instance.task_states) - AT_REST)
    if at_work:
        return Fine(f"One of its tasks is {at_work[0]}.")
    if instance.created_at is None or not instance.is_end_told:
        return Unknown("when its last replication task stopped")
    days = (instance.observed_at - max(instance.created_at, instance.last_worked_at or instance.created_at)).days
    if days < unused_days:
        return Fine(f"At rest for {counted(days, 'day')} only.")
    tasks = counted(len(instance.task_states), "task") if instance.task_states else "no task at all"
    since = "the last stopped" if instance.last_worked_at else "none ever ran; it was made"
    return Waste(saves=ALL, because=f"{instance.instance_class} with {tasks}: {since} {counted(days, 'day')} ago.")


rule = Rule(
    id="aws_dms_replication_instance_idle",
    title="Replication instance that replicates nothing",
    looks_at=ReplicationInstance,
    settings={"unused_days": 30},
    action="Make sure that no migration goes on, note the settings of its tasks, then delete them and the instance.",
    docs="https://docs.aws.amazon.com/dms/latest/userguide/CHAP_ReplicationInstance.Deleting.html",
    judge=judge,
    rollback_possible=True,
    rollback="Make a new instance, and the tasks again on it.",
    hint="aws dms delete-replication-instance --region {region} --replication-instance-arn {resource_id}",
)

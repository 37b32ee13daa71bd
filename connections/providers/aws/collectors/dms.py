"""DMS: replication instances, each joined with what its tasks do. What these move, and where, is not even parsed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from connections.provider import Call, Collector
from connections.providers.aws.tagging import GET_RESOURCES, tags_by_arn
from connections.resources.migrations import ReplicationInstance

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from connections.providers.aws.reader import Listing, Reader
    from connections.resources import Thing

DESCRIBE_INSTANCES = Call(
    service="dms",
    operation="DescribeReplicationInstances",
    action="dms:DescribeReplicationInstances",
    why="Lists replication instances with their class and state.",
    cheapest={"MaxRecords": 20},
    withheld=(
        "ReplicationInstances.DnsNameServers",
        "ReplicationInstances.KerberosAuthenticationSettings",
        "ReplicationInstances.ReplicationSubnetGroup",
    ),
)
DESCRIBE_TASKS = Call(
    service="dms",
    operation="DescribeReplicationTasks",
    action="dms:DescribeReplicationTasks",
    why="Tells whether a replication instance still replicates anything.",
    cheapest={"MaxRecords": 20, "WithoutSettings": True},
    withheld=(
        "ReplicationTasks.CdcStartPosition",
        "ReplicationTasks.CdcStopPosition",
        "ReplicationTasks.LastFailureMessage",
        "ReplicationTasks.RecoveryCheckpoint",
        "ReplicationTasks.ReplicationTaskSettings",
        "ReplicationTasks.TableMappings",
        "ReplicationTasks.TaskData",
    ),
)
NEVER_RAN = frozenset({"ready", "creating"})


@dataclass(frozen=True, kw_only=True)
class _Task:
    instance_arn: str
    state: str
    stopped_at: datetime | None


def collect(reader: Reader) -> Iterator[Thing]:
    """Every replication instance of one region. Its tasks are asked for only where there is one."""
    instances = reader.listing(
        DESCRIBE_INSTANCES,
        result="ReplicationInstances",
        row=lambda item: _instance(reader, item),
        kinds=(ReplicationInstance.KIND,),
        page_size=100,
    ).rows
    if not instances:
        return
    tasks = reader.listing(DESCRIBE_TASKS, result="ReplicationTasks", row=_task, page_size=100, WithoutSettings=True)
    tags = tags_by_arn(reader, "dms:rep")
    for instance in instances:
        yield _with_tasks(replace(instance, tags=tags.get(instance.resource_id, {})), tasks)


def _instance(reader: Reader, item: dict[str, Any]) -> ReplicationInstance:
    return ReplicationInstance(
        resource_id=item["ReplicationInstanceArn"],
        account_id=reader.account_id,
        region=reader.region,
        observed_at=reader.at,
        name=item.get("ReplicationInstanceIdentifier", ""),
        created_at=item.get("InstanceCreateTime"),
        state=item.get("ReplicationInstanceStatus", ""),
        instance_class=item.get("ReplicationInstanceClass", ""),
        is_multi_az=bool(item.get("MultiAZ")),
    )


def _task(item: dict[str, Any]) -> _Task:
    stopped_at = item.get("ReplicationTaskStats", {}).get("StopDate")
    return _Task(instance_arn=item["ReplicationInstanceArn"], state=item.get("Status", ""), stopped_at=stopped_at)


def _with_tasks(instance: ReplicationInstance, tasks: Listing[_Task]) -> ReplicationInstance:
    if not tasks.is_complete:
        return instance
    own = [task for task in tasks.rows if task.instance_arn == instance.resource_id]
    ended = [task.stopped_at for task in own if task.state not in NEVER_RAN]
    return replace(
        instance,
        task_states=tuple(sorted(task.state for task in own)),
        last_worked_at=max((moment for moment in ended if moment), default=None),
        is_end_told=None not in ended,
    )


COLLECTOR = Collector(
    service="dms",
    needs={ReplicationInstance: (DESCRIBE_INSTANCES, DESCRIBE_TASKS)},
    calls=(DESCRIBE_INSTANCES, DESCRIBE_TASKS, GET_RESOURCES),
    collect=collect,
    billed_as=("AWS Database Migration Service",),
)

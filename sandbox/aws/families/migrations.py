"""Replication instances: at work, done, and those that only seem done."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from sandbox.aws.cases import Case, meter, stands
from sandbox.aws.shaped import Answered

if TYPE_CHECKING:
    from sandbox.aws.cases import Stand
    from sandbox.aws.model import Draw, Estate
    from sandbox.aws.shaped import Asked

IDLE = "aws_dms_replication_instance_idle"
BILLED_AS = "AWS Database Migration Service"
SERVICES = {BILLED_AS: ("Migration", "Other (Migration)", "AWSDatabaseMigrationSvc")}
RESOURCE_TYPES = {"replication_instance": "Replication Instance"}
# Each task: its state, and how many days ago it stopped.
CASES = {
    "at_work": Case(count=2, has={"tasks": (("running", None),)}),
    "done": Case(count=2, wastes=(IDLE,), has={"tasks": (("stopped", 75), ("failed", 110))}),
    "never_set_up": Case(count=2, wastes=(IDLE,), has={"tasks": ()}),
    "never_started": Case(wastes=(IDLE,), has={"tasks": (("ready", None),)}),
    "half_done": Case(has={"tasks": (("stopped", 80), ("running", None))}, trap="one task is over, another runs"),
    "just_done": Case(has={"tasks": (("stopped", 12),)}, trap="its task is over, but for 12 days only"),
    "just_made": Case(age_days=9, has={"tasks": ()}, trap="without a task, but nine days old"),
    "end_untold": Case(count=2, unknowns=(IDLE,), has={"tasks": (("stopped", None),)}, trap="over, nobody says when"),
}


def add(draw: Draw, estate: Estate) -> None:
    for stand in stands(draw, CASES):
        _instance(draw, estate, stand)


def _instance(draw: Draw, estate: Estate, stand: Stand) -> None:
    arn = stand.arn("dms", f"rep:{draw.hex(26).upper()}")
    item = stand.item(draw, kind="replication_instance", native_id=arn, bill_id=arn, rules=(IDLE,))
    item.shape = {
        "ReplicationInstanceIdentifier": item.name,
        "ReplicationInstanceClass": "dms.r5.large",
        "ReplicationInstanceStatus": "available",
        "AllocatedStorage": 50,
        "InstanceCreateTime": item.created_at,
        "MultiAZ": False,
        "ReplicationInstanceArn": arn,
    }
    item.facts["tasks"] = [
        {
            "ReplicationTaskIdentifier": f"{item.name}-{number}",
            "ReplicationInstanceArn": arn,
            "MigrationType": "full-load-and-cdc",
            "Status": state,
            "ReplicationTaskCreationDate": item.created_at,
            "ReplicationTaskStats": {} if days is None else {"StopDate": draw.ago(days)},
        }
        for number, (state, days) in enumerate(stand.case.has["tasks"])
    ]
    item.charges = [
        meter(draw, item, service=BILLED_AS, name="InstanceUsg:dms.r5.large", unit="Hrs", price="0.242",
              operation="CreateDMSInstance", per_day=Decimal(24))
    ]  # fmt: skip
    estate.items.append(item)


def _instances(asked: Asked) -> dict[str, Any]:
    return {"ReplicationInstances": [item.shape for item in asked.of("replication_instance")]}


def _tasks(asked: Asked) -> dict[str, Any]:
    return {"ReplicationTasks": [task for item in asked.of("replication_instance") for task in item.facts["tasks"]]}


ANSWERS = (
    Answered(service="dms", operation="DescribeReplicationInstances", make=_instances),
    Answered(service="dms", operation="DescribeReplicationTasks", make=_tasks, honours=frozenset({"WithoutSettings"})),
)

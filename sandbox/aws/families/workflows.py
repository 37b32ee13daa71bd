"""State machines and jobs of Glue, by name: no rule looks at them."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from sandbox.aws.cases import Case, meter, stands
from sandbox.aws.shaped import Answered

if TYPE_CHECKING:
    from sandbox.aws.cases import Stand
    from sandbox.aws.model import Draw, Estate
    from sandbox.aws.shaped import Asked

STEPS, GLUE = "AWS Step Functions", "AWS Glue"
SERVICES = {
    STEPS: ("Integration", "Other (Integration)", "AmazonStates"),
    GLUE: ("Analytics", "Data Processing", "AWSGlue"),
}
RESOURCE_TYPES = {"state_machine": "State Machine", "glue_job": "Job"}
CASES = {"orders": Case(count=3, has={"kind": "state_machine"}), "load": Case(count=3, has={"kind": "glue_job"})}


def add(draw: Draw, estate: Estate) -> None:
    for stand in stands(draw, CASES):
        _workflow(draw, estate, stand)


def _workflow(draw: Draw, estate: Estate, stand: Stand) -> None:
    kind = stand.case.has["kind"]
    is_machine = kind == "state_machine"
    arn = stand.arn("states", f"stateMachine:{stand.label}") if is_machine else stand.arn("glue", f"job/{stand.label}")
    item = stand.item(draw, kind=kind, native_id=arn, bill_id=arn, rules=())
    if is_machine:
        item.shape = {
            "stateMachineArn": arn,
            "name": item.name,
            "type": "STANDARD",
            "creationDate": item.created_at,
        }
        charged = meter(draw, item, service=STEPS, name="StateTransition", unit="Transitions", price="0.000025",
                        operation="StateTransition", per_day=Decimal(20_000))  # fmt: skip
    else:
        charged = meter(draw, item, service=GLUE, name="ETL-DPU-Hour", unit="DPU-Hour", price="0.44",
                        operation="Jobrun", per_day=Decimal(6))  # fmt: skip
    item.charges = [charged]
    estate.items.append(item)


def _machines(asked: Asked) -> dict[str, Any]:
    return {"stateMachines": [item.shape for item in asked.of("state_machine")]}


def _jobs(asked: Asked) -> dict[str, Any]:
    return {"JobNames": [item.name for item in asked.of("glue_job")]}


ANSWERS = (
    Answered(service="stepfunctions", operation="ListStateMachines", action="states:ListStateMachines", make=_machines),
    Answered(service="glue", operation="ListJobs", make=_jobs),
)

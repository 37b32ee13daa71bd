"""Step Functions: state machines by name. No definition and no execution is read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from connections.provider import Call, Collector
from connections.resources.workflows import StateMachine

if TYPE_CHECKING:
    from collections.abc import Iterator

    from connections.providers.aws.reader import Reader
    from connections.resources import Thing

LIST_MACHINES = Call(
    service="stepfunctions",
    operation="ListStateMachines",
    action="states:ListStateMachines",
    why="Lists state machines by name; not what they do.",
    cheapest={"maxResults": 1},
)


def collect(reader: Reader) -> Iterator[Thing]:
    """Every state machine of one region."""
    yield from reader.listing(
        LIST_MACHINES,
        result="stateMachines",
        row=lambda item: _machine(reader, item),
        kinds=(StateMachine.KIND,),
        page_size=1000,
    ).rows


def _machine(reader: Reader, item: dict[str, Any]) -> StateMachine:
    return StateMachine(
        resource_id=item["stateMachineArn"],
        account_id=reader.account_id,
        region=reader.region,
        observed_at=reader.at,
        name=item["name"],
        created_at=item.get("creationDate"),
        machine_type=item.get("type", ""),
    )


COLLECTOR = Collector(
    service="stepfunctions",
    needs={StateMachine: (LIST_MACHINES,)},
    calls=(LIST_MACHINES,),
    collect=collect,
    billed_as=("AWS Step Functions",),
)

"""What runs other things in order, by name. What they do is not read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from connections.resources.thing import Thing


@dataclass(frozen=True, kw_only=True)
class StateMachine(Thing):
    """A state machine of Step Functions, without its definition. `machine_type` is STANDARD or EXPRESS."""

    KIND: ClassVar[str] = "state_machine"
    SERVICE: ClassVar[str] = "stepfunctions"

    machine_type: str


@dataclass(frozen=True, kw_only=True)
class GlueJob(Thing):
    """A job of Glue: its name, and nothing of what it runs or with which arguments."""

    KIND: ClassVar[str] = "glue_job"
    SERVICE: ClassVar[str] = "glue"

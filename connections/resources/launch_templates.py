"""What machines are launched from, by name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from connections.resources.thing import Thing


@dataclass(frozen=True, kw_only=True)
class LaunchTemplate(Thing):
    """A launch template of EC2, by its name and the numbers of its versions. Nothing is charged for it.

    What its versions say is not read: they hold what a machine starts with. `operator` is the service that runs it for
    its owner; "" where none does.
    """

    KIND: ClassVar[str] = "launch_template"
    SERVICE: ClassVar[str] = "ec2"

    default_version: int = 0
    latest_version: int = 0
    operator: str = ""

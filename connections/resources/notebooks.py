"""Machines on which people write and try code."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from connections.resources.thing import Thing

if TYPE_CHECKING:
    from datetime import datetime


@dataclass(frozen=True, kw_only=True)
class Notebook(Thing):
    """A notebook's machine, without what is written on it. `changed_at` is when it was last started, stopped or
    changed.

    `has_lifecycle`: scripts of its owner's run as it starts, which may stop it when nobody works.
    """

    KIND: ClassVar[str] = "notebook"
    SERVICE: ClassVar[str] = "sagemaker"

    state: str
    instance_type: str = ""
    changed_at: datetime | None = None
    has_lifecycle: bool = False

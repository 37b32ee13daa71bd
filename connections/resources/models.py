"""Where trained models answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from connections.resources.thing import Thing

if TYPE_CHECKING:
    from datetime import datetime


@dataclass(frozen=True, kw_only=True)
class ModelEndpoint(Thing):
    """An endpoint on machines that wait for calls. Of its variants and components each None: could not be read.

    `instance_count` is of all variants together; `is_serverless`, it has no machines of its own; `is_async`, it takes
    its calls from a queue; `is_counted_by_machine`, its calls are told with the machine that answered.
    `changed_at` is when anything of it was last changed: until then its variants may have had other names.
    `component_count` is how many models share its machines, each with a usage of its own.
    """

    KIND: ClassVar[str] = "model_endpoint"
    SERVICE: ClassVar[str] = "sagemaker"

    state: str
    changed_at: datetime | None = None
    variant_names: tuple[str, ...] | None = None
    instance_count: int | None = None
    is_serverless: bool = False
    is_async: bool = False
    is_counted_by_machine: bool = False
    component_count: int | None = None

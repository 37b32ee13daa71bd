"""Interfaces that programs call."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from connections.resources.thing import Thing

if TYPE_CHECKING:
    from datetime import datetime


@dataclass(frozen=True, kw_only=True)
class ApiStage(Thing):
    """A stage of a REST API. `cache_gb` is the size of its cache in the provider's words ("0.5"), "" where it has none,
    and `cache_state` that cache's state. `is_caching`: it is on for one of the stage's methods at least. `updated_at`
    is when the stage was last deployed or changed.
    """

    KIND: ClassVar[str] = "api_stage"
    SERVICE: ClassVar[str] = "apigateway"

    api_id: str
    api_name: str
    cache_gb: str = ""
    cache_state: str = ""
    is_caching: bool = False
    updated_at: datetime | None = None

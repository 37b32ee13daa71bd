"""Search engines."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from connections.resources.thing import Thing


@dataclass(frozen=True, kw_only=True)
class SearchDomain(Thing):
    """A domain of OpenSearch Service with all of its nodes. `state` is Active, Creating, Modifying, Deleting or another
    word for what the provider is doing with it. When it was made the provider does not say.
    """

    KIND: ClassVar[str] = "search_domain"
    SERVICE: ClassVar[str] = "opensearch"

    state: str
    engine_version: str
    instance_type: str
    instance_count: int

"""Where models of language answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from connections.resources.thing import Thing


@dataclass(frozen=True, kw_only=True)
class LanguageEndpoint(Thing):
    """An endpoint at which a customer's own model reads texts, held ready in units of throughput."""

    KIND: ClassVar[str] = "language_endpoint"
    SERVICE: ClassVar[str] = "comprehend"

    state: str
    unit_count: int | None = None

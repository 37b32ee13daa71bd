"""Keys that encrypt and sign for others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from connections.resources.thing import Thing

if TYPE_CHECKING:
    from datetime import datetime


@dataclass(frozen=True, kw_only=True)
class EncryptionKey(Thing):
    """A key of the customer's own, without its material. `spec`, `origin` and `state` in the provider's words.

    `last_used_at` None: no use is known since `tracked_from_at`, which is when the provider began to keep track of this
    key, and None where it could not be asked.
    """

    KIND: ClassVar[str] = "encryption_key"
    SERVICE: ClassVar[str] = "kms"
    DETAILS: ClassVar[tuple[str, ...]] = (
        "created_at",
        "state",
        "spec",
        "origin",
        "is_multi_region",
        "last_used_at",
        "tracked_from_at",
    )

    state: str
    spec: str
    origin: str = ""
    is_multi_region: bool = False
    last_used_at: datetime | None = None
    tracked_from_at: datetime | None = None

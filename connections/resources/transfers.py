"""Servers to which others bring files, and from which they fetch them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from connections.resources.thing import Thing

if TYPE_CHECKING:
    from datetime import datetime


@dataclass(frozen=True, kw_only=True)
class TransferServer(Thing):
    """A file server without its users' names. The provider does not tell when it was made: it was there at `there_at`,
    when the oldest of its host keys was put in, None where none tells.

    `user_count` is of users that it keeps itself, None where another directory has them.
    """

    KIND: ClassVar[str] = "transfer_server"
    SERVICE: ClassVar[str] = "transfer"

    state: str
    there_at: datetime | None = None
    user_count: int | None = None

"""What becomes of a membership when an event tells of it: the same in whatever order events come, and how often."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from tenants.clerk_events import MembershipEvent


@dataclass(frozen=True, kw_only=True)
class Standing:
    """How somebody stands in an organisation. All None: only their own token has told us that they are there."""

    role: str
    joined_at: datetime | None = None
    updated_at: datetime | None = None
    removed_at: datetime | None = None

    def after(self, event: MembershipEvent) -> Standing:
        """The standing once this event is known. What is older than what is known changes nothing.

        A membership that ended does not begin again: only a later one, which began after that end.
        """
        return self._after_ending(event, event.removed_at) if event.removed_at else self._after_news(event)

    def _after_ending(self, event: MembershipEvent, removed_at: datetime) -> Standing:
        ended = event.joined_at or removed_at  # which membership: the one that had begun by then
        if self.joined_at is not None and ended < self.joined_at:
            return self
        if self.removed_at is not None and ended <= self.removed_at:
            return self
        return replace(self, joined_at=event.joined_at or self.joined_at, removed_at=removed_at)

    def _after_news(self, event: MembershipEvent) -> Standing:
        joined_at, updated_at = event.joined_at, event.updated_at
        if joined_at is None or updated_at is None:
            return self
        if self.removed_at is not None and joined_at <= self.removed_at:
            return self
        if self.joined_at is not None and joined_at < self.joined_at:
            return self
        is_same = self.removed_at is None and self.joined_at == joined_at
        if is_same and self.updated_at is not None and updated_at <= self.updated_at:
            return self
        return Standing(role=event.role, joined_at=joined_at, updated_at=updated_at)

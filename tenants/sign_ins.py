"""Books in the activity trail that somebody signed in: once a session and organisation, not once a request."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tenants import activity
from tenants.access import named

if TYPE_CHECKING:
    from datetime import datetime

    from tenants.identity import Identity

MOST_REMEMBERED = 10_000


class SignIns:
    """What this process knows to be booked. The trail itself keeps a session from being booked by two processes."""

    def __init__(self) -> None:
        self._booked: set[tuple[object, ...]] = set()

    def is_booked(self, identity: Identity) -> bool:
        """Whether this process has booked the session."""
        return _key(identity) in self._booked

    def book(self, identity: Identity, *, at: datetime) -> None:
        """Append the line inside the open scope, unless another process did. Call `remember` once it is committed."""
        detail = {"role": identity.role or "none", "session": identity.session_id}
        if identity.impersonator is not None:
            detail["by somebody acting as them"] = identity.impersonator
        activity.book_once(
            key=f"person.signed_in {identity.session_id} {identity.impersonator or ''}",
            actor=named(identity),
            line=activity.Line(verb="person.signed_in", subject_kind="session", subject_id=None, detail=detail),
            at=at,
        )

    def remember(self, identity: Identity) -> None:
        """The line is committed: the next requests of the session need not look."""
        if len(self._booked) >= MOST_REMEMBERED:
            self._booked.clear()
        self._booked.add(_key(identity))


def _key(identity: Identity) -> tuple[object, ...]:
    return identity.organization_id, identity.session_id, identity.impersonator

"""An operator's view of one organisation: its reason, its line in the trail, and the rows that may then be read."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from django.core import signing
from django.db import Error, connections

from tenants.access import named
from tenants.operator_reads import MAX_OPERATOR, MAX_PAGE

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from tenants.identity import Identity

TRAIL = "cf_operator_trail"  # the connection whose login may book a view and nothing else
PLACE = re.compile(r"/organizations/(?P<id>[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})(?P<rest>/.*)", re.DOTALL)
REASON_SECONDS = 3600
SALT = "costframe.operator.reason"


class NotBooked(Exception):
    """The view could not be written to the organisation's trail, so nothing of it may be shown: answer 503."""


@dataclass(frozen=True, kw_only=True)
class Place:
    """A page of one organisation: `rest` is its path below the organisation's own."""

    organization_id: UUID
    rest: str

    @property
    def prefix(self) -> str:
        """Where all pages of the organisation lie, with a slash at the end."""
        return f"/organizations/{self.organization_id}/"


def place_of(path: str) -> Place | None:
    """The organisation and page that a path names, None for a page of no organisation."""
    found = PLACE.fullmatch(path)
    return Place(organization_id=UUID(found["id"]), rest=found["rest"]) if found else None


@dataclass(frozen=True, kw_only=True)
class Reason:
    """Why an operator looks at an organisation, and until when that counts."""

    text: str
    until: datetime


def cookie_name(organization_id: UUID) -> str:
    """One cookie an organisation."""
    return f"costframe_reason_{organization_id.hex}"


def signed_reason(*, identity: Identity, organization_id: UUID, text: str, at: datetime) -> str:
    """The cookie's value: this person's reason for this organisation, for an hour."""
    until = int(at.timestamp()) + REASON_SECONDS
    return signing.dumps([identity.user_id, str(organization_id), text, until], salt=SALT, compress=True)


def reason_in(cookies: Mapping[str, str], *, identity: Identity, organization_id: UUID, at: datetime) -> Reason | None:
    """The reason that this person gave for this organisation within the last hour."""
    try:
        user_id, organization, text, until = signing.loads(cookies.get(cookie_name(organization_id), ""), salt=SALT)
    except (signing.BadSignature, ValueError):
        return None
    if (user_id, organization) != (identity.user_id, str(organization_id)) or until <= at.timestamp():
        return None
    return Reason(text=text, until=dt.datetime.fromtimestamp(until, tz=dt.UTC))


def viewer(identity: Identity) -> str:
    """The operator as the trail names them: always with the id, and with the name where both have room."""
    who = named(identity)
    return who if len(who) <= MAX_OPERATOR else identity.user_id


def book_view(*, organization_id: UUID, viewer: str, page: str, reason: str) -> UUID:
    """Write the view to the organisation's trail, committed. Returns scope.viewing's ticket. Raises NotBooked."""
    try:
        with connections[TRAIL].cursor() as cursor:
            cursor.execute(
                "select cf_book_operator_view(%s, %s, %s, %s)",
                [organization_id, viewer, page[:MAX_PAGE], reason],
            )
            ticket: UUID = cursor.fetchone()[0]
    except Error as error:
        raise NotBooked("The view could not be written to the organisation's activity trail.") from error
    return ticket

"""Web's end of the inbox: a verified webhook becomes one row that the worker takes. Web can see none of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4, uuid5

from tenants import scope
from tenants.clerk_events import FIRST_REQUEST, about, kept
from tenants.models import ClerkEvent
from tenants.organization_ids import organization_id_for
from tenants.wake import wake_scheduler

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

MESSAGE_NAMESPACE = UUID("0f2a7c1e-5a5b-5d3c-8f0e-6f1c2b9f4d77")


def put_in(*, issuer: str, message_id: str, event_type: str, body: Mapping[str, Any], at: datetime) -> None:
    """Store what we use of a webhook. One that came before, whatever it holds now, changes nothing and says nothing.

    The row is put under whatever the event is about, known here or not, in that one's scope: the provider's signature
    stands for it as a token's does for a request.
    """
    row_id = uuid5(MESSAGE_NAMESPACE, f"{issuer}\n{message_id}")
    _add(row_id, issuer=issuer, event_type=event_type, payload=kept(event_type, body), at=at)


def announce_first_request(*, issuer: str, clerk_id: str, at: datetime) -> None:
    """Tell the worker that an organisation is known from now on: what came about it before is taken up."""
    _add(uuid4(), issuer=issuer, event_type=FIRST_REQUEST, payload={"data": {"id": clerk_id}}, at=at)


def _add(row_id: UUID, *, issuer: str, event_type: str, payload: dict[str, Any], at: datetime) -> None:
    organization_id = organization_id_for(issuer=issuer, clerk_id=about(event_type, payload))
    event = ClerkEvent(
        id=row_id,
        organization_id=organization_id,
        issuer=issuer,
        type=event_type,
        payload=payload,
        received_at=at,
        due_at=at,
    )
    with scope.organization(organization_id):
        ClerkEvent.objects.bulk_create([event], ignore_conflicts=True)
        wake_scheduler()

"""The append-only trail of what people and the nightly plan did."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tenants.models import Activity

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from uuid import UUID


def book(
    *,
    actor: str,
    verb: str,
    subject_kind: str,
    subject_id: UUID | None,
    at: datetime,
    detail: Mapping[str, str] | None = None,
) -> None:
    """Append one line inside the open scope. `detail` holds no secret: it is shown to the organisation."""
    Activity.objects.create(
        actor=actor, verb=verb, subject_kind=subject_kind, subject_id=subject_id, at=at, detail=dict(detail or {})
    )

"""The formula of an organisation's id."""

from __future__ import annotations

from uuid import UUID, uuid5

ORGANIZATION_NAMESPACE = UUID("6f1f9a60-6a0b-5c0e-9d7b-1a0f6f2b7c11")


def organization_id_for(*, issuer: str, clerk_id: str) -> UUID:
    """The organisation's id, known from the verified token alone, before any row can be read."""
    return uuid5(ORGANIZATION_NAMESPACE, f"{issuer}\n{clerk_id}")

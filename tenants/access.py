"""Finding and authorising in one call: what is another organisation's is not there."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from django.db import models
from django.http import Http404

if TYPE_CHECKING:
    from uuid import UUID

    from tenants.identity import Identity

WRITERS = frozenset({"engineer", "admin"})
Row = TypeVar("Row", bound=models.Model)


def get_or_404(source: type[Row] | models.QuerySet[Row], row_id: UUID) -> Row:
    """The row of the open scope's organisation. Raises Http404, the same for a stranger's id as for a random one."""
    rows = source if isinstance(source, models.QuerySet) else source._default_manager.all()  # noqa: SLF001
    row = rows.filter(id=row_id).first()
    if row is None:
        raise Http404("There is no such page.")
    return row


def named(identity: Identity) -> str:
    """Who acts, for people and for the trail: the name where the token holds one, and always the id."""
    return f"{identity.name} ({identity.user_id})" if identity.name else identity.user_id


def may_write(identity: Identity) -> bool:
    """Whether this person may change anything. Nobody may while acting as somebody else."""
    return identity.role in WRITERS and not identity.is_impersonated

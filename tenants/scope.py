"""The tenancy boundary: which organisation this transaction works for."""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING

from django.db import connection, transaction

if TYPE_CHECKING:
    from collections.abc import Iterator
    from uuid import UUID

SETTING = "costframe.organization"
_current: ContextVar[UUID | None] = ContextVar("organization", default=None)


class NoTenantScope(Exception):
    """A tenant's rows were asked for outside of `scope.organization(...)`. Enter the scope first."""


class OtherTenantScope(Exception):
    """A second organisation's scope was opened inside the first one's. Leave the first transaction before."""


def current() -> UUID:
    """The organisation of the running transaction. Raises NoTenantScope where there is none."""
    organization_id = _current.get()
    if organization_id is None:
        raise NoTenantScope("There is no organisation here: open scope.organization(id) around this query.")
    return organization_id


def is_open() -> bool:
    """Whether some organisation's scope is open in this context."""
    return _current.get() is not None


@contextmanager
def organization(organization_id: UUID) -> Iterator[None]:
    """Work for one organisation in one transaction: commits at the end, rolls back on an exception.

    Both walls are set together: the managers' filter and PostgreSQL's row-level security. Raises OtherTenantScope
    when another organisation's scope is open.
    """
    outer = _current.get()
    if outer is not None and outer != organization_id:
        raise OtherTenantScope("This transaction already works for another organisation.")
    with transaction.atomic():
        _set(organization_id)
        token = _current.set(organization_id)
        try:
            yield
        finally:
            _current.reset(token)
            # A savepoint's release keeps the setting, so inside an outer transaction it must be put back.
            if outer is None and connection.in_atomic_block and not connection.needs_rollback and _is_nested():
                _set(None)


def _is_nested() -> bool:
    return bool(connection.savepoint_ids)


def _set(organization_id: UUID | None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("select set_config(%s, %s, true)", [SETTING, str(organization_id or "")])

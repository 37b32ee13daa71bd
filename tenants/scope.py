"""The tenancy boundary: which organisation this transaction works for, and what proves to PostgreSQL that it may."""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING

import psycopg
from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from tenants.proof import make_proof

if TYPE_CHECKING:
    from collections.abc import Iterator
    from uuid import UUID

SETTING = "costframe.organization"
TICKET_SETTING = "costframe.operator_view"


class NoTenantScope(Exception):
    """A tenant's rows were asked for outside of `scope.organization(...)`. Enter the scope first."""


class OtherTenantScope(Exception):
    """A second organisation's scope was opened inside the first one's. Leave the first transaction before."""


class NoProof(Exception):
    """Nothing here proves to PostgreSQL that this process may work for an organisation.

    The web process needs COSTFRAME_CONTEXT_KEY, the worker `scope.work_on(...)` around what it does.
    """


class NoSuchWork(Exception):
    """The row that was to open the organisation is not there, or not under that organisation. Refuse the message."""


class WorkIsOver(Exception):
    """The row that was to open the organisation has ended, so nobody works on it any more. There is nothing to do."""


@dataclass(frozen=True, kw_only=True)
class Work:
    """The row, by its table's name and its id, for whose sake the worker may enter the row's organisation."""

    table: str
    row_id: UUID


_current: ContextVar[UUID | None] = ContextVar("organization", default=None)
_work: ContextVar[Work | None] = ContextVar("work", default=None)


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
def work_on(table: str, row_id: UUID) -> Iterator[None]:
    """What is opened inside is opened for the sake of this row. The worker's way in: it holds no key."""
    token = _work.set(Work(table=table, row_id=row_id))
    try:
        yield
    finally:
        _work.reset(token)


@contextmanager
def organization(organization_id: UUID, *, user_id: str = "") -> Iterator[None]:
    """Work for one organisation in one transaction: commits at the end, rolls back on an exception.

    Both walls are set together: the managers' filter and PostgreSQL's row-level security, which asks for a proof
    (see tenants.proof). `user_id` is on whose behalf. Raises OtherTenantScope when another organisation's scope is
    open, NoProof where this process has none to give, NoSuchWork and WorkIsOver inside of `work_on`.
    """
    outer = _current.get()
    if outer is not None and outer != organization_id:
        raise OtherTenantScope("This transaction already works for another organisation.")
    with transaction.atomic():
        if outer is None:
            _prove(organization_id, user_id=user_id)
        token = _current.set(organization_id)
        try:
            yield
        finally:
            _current.reset(token)
        # A savepoint's release keeps the setting, so inside an outer transaction it must be put back. Where an
        # exception is under way the savepoint is rolled back, and the setting with it.
        if outer is None and not connection.needs_rollback and _is_nested():
            _run("select set_config(%s, '', true)", SETTING)


@contextmanager
def viewing(organization_id: UUID, *, ticket: UUID) -> Iterator[None]:
    """The operator's way in: one transaction that reads the organisation whose trail the ticket is a line of.

    It holds no key and works on no row; PostgreSQL shows its login nothing without a view that was booked just before
    (see tenants.operator_reads).
    """
    with transaction.atomic():
        _run("select set_config(%s, %s, true)", TICKET_SETTING, str(ticket))
        token = _current.set(organization_id)
        try:
            yield
        finally:
            _current.reset(token)


def _is_nested() -> bool:
    return bool(connection.savepoint_ids)


def _prove(organization_id: UUID, *, user_id: str) -> None:
    work = _work.get()
    if work is not None:
        try:
            entry = "select set_config(%s, cf_work_on(%s, %s, %s), true)"
            _run(entry, SETTING, work.table, organization_id, work.row_id)
        except DatabaseError as error:
            if isinstance(error.__cause__, psycopg.errors.NoDataFound):
                raise NoSuchWork(f"There is no such row in {work.table} under that organisation.") from None
            if isinstance(error.__cause__, psycopg.errors.ObjectNotInPrerequisiteState):
                raise WorkIsOver(str(error.__cause__)) from None
            raise
    elif settings.CONTEXT_KEY is not None:
        pid = connection.connection.info.backend_pid
        proof = make_proof(
            key=settings.CONTEXT_KEY,
            organization_id=organization_id,
            user_id=user_id,
            backend_pid=pid,
            at=timezone.now(),
        )
        _run("select set_config(%s, %s, true)", SETTING, proof)
    else:
        raise NoProof("This process has no context key and works on no row.")


def _run(statement: str, *values: object) -> None:
    """Run with the values bound by the server, so that they stand in no statement that others may see running.

    Django's own cursors write them into the text, and any session of the same login can read that in
    pg_stat_activity.
    """
    with connection.wrap_database_errors, psycopg.Cursor(connection.connection) as cursor:
        cursor.execute(statement, values)

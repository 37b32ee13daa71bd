"""Asking for an audit, and asking it to stop. The rows are the queue: nothing is sent from here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction

from audits.models import Audit
from connections.models import Connection
from tenants import activity
from tenants.wake import wake_scheduler

if TYPE_CHECKING:
    from datetime import datetime

UNDER_WAY = (Audit.State.REQUESTED, Audit.State.RUNNING)


class AuditAlreadyRunning(Exception):
    """The connection has an audit that has not ended. Show that one, or stop it first."""


class NotConnected(Exception):
    """The connection is not in use: its access was never confirmed, was refused, or it was deleted."""


def request_audit(*, connection: Connection, by: str, at: datetime) -> Audit:
    """Ask for an audit inside the open scope; some worker begins it within a second or so.

    Raises NotConnected, and AuditAlreadyRunning while another one of the connection has not ended.
    """
    if connection.state != Connection.State.CONNECTED:
        raise NotConnected(f"{connection.label} is not connected, so it cannot be looked at.")
    try:
        with transaction.atomic():
            audit = Audit.objects.create(connection=connection, requested_by=by, requested_at=at, due_at=at)
    except IntegrityError:
        raise AuditAlreadyRunning(f"An audit of {connection.label} has not ended yet.") from None
    _note(audit, "audit.requested", by=by, at=at)
    wake_scheduler()
    return audit


def request_stop(*, audit: Audit, by: str, at: datetime) -> bool:
    """Ask an audit to stop. False: it had ended already, or somebody had asked before.

    One that no worker has taken is over at once. Else no further step starts, those at work end within seconds, and
    then the audit is STOPPED.
    """
    if _stop_before_it_began(audit=audit, at=at) or _stop_while_running(audit=audit, at=at):
        _note(audit, "audit.stop_requested", by=by, at=at)
        wake_scheduler()
        return True
    return False


def _note(audit: Audit, verb: str, *, by: str, at: datetime) -> None:
    activity.book(
        actor=by,
        verb=verb,
        subject_kind="audit",
        subject_id=audit.id,
        at=at,
        detail={"connection": audit.connection.label},
    )


def _stop_before_it_began(*, audit: Audit, at: datetime) -> bool:
    return bool(
        Audit.objects.filter(id=audit.id, state=Audit.State.REQUESTED, claim=None).update(
            state=Audit.State.STOPPED, stop_requested_at=at, ended_at=at, due_at=None
        )
    )


def _stop_while_running(*, audit: Audit, at: datetime) -> bool:
    under_way = Audit.objects.filter(id=audit.id, state__in=UNDER_WAY)
    # The first request's time stands.
    is_found = bool(under_way.filter(stop_requested_at=None).update(stop_requested_at=at))
    # Whoever is just beginning it holds it, sees this within seconds, books what it has called and ends it.
    under_way.filter(state=Audit.State.RUNNING).update(due_at=at)
    return is_found

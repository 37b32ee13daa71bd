"""Deleting a connection: its credential is purged, its audits stop, its findings close, its history stays."""

from __future__ import annotations

from typing import TYPE_CHECKING

from audits import operations
from audits.models import Audit, Schedule
from connections.models import Connection, SealedCredential
from findings.changes import change_of
from findings.models import Finding, Opinion
from tenants import activity

if TYPE_CHECKING:
    from datetime import datetime


def delete_connection(*, connection: Connection, by: str, at: datetime) -> bool:
    """Purge the credential and leave a tombstone, all as one part of the caller's transaction. False: it was done.

    A running audit is asked to stop; its workers drop their cloud session within seconds and can open no other,
    because nothing sealed is left to open.
    """
    # An audit is locked before its connection, as judging does it. One that is asked for only now does not begin.
    under_way = Audit.objects.select_for_update().filter(connection_id=connection.id, state__in=operations.UNDER_WAY)
    audits = list(under_way)
    locked = Connection.objects.select_for_update().get(id=connection.id)
    if locked.state == Connection.State.DELETED:
        return False
    purged, _ = SealedCredential.objects.filter(connection_id=locked.id).delete()
    Connection.objects.filter(id=locked.id).update(state=Connection.State.DELETED, deleted_at=at)
    Schedule.objects.filter(connection_id=locked.id).update(due_at=None)
    for audit in audits:
        operations.request_stop(audit=audit, by=by, at=at)
    detail = {"connection": locked.label, "credentials purged": str(purged)}
    activity.book(
        actor=by, verb="connection.deleted", subject_kind="connection", subject_id=locked.id, at=at, detail=detail
    )
    _close_findings(locked, by=by, at=at)
    Opinion.objects.filter(connection_id=locked.id).delete()
    return True


def _close_findings(connection: Connection, *, by: str, at: datetime) -> None:
    resolution = Finding.Resolution.CONNECTION_DELETED
    is_open = Finding.objects.filter(connection_id=connection.id, state=Finding.State.OPEN)
    closed = list(is_open.only("id", "rule_id", "provider_resource_id", "state"))
    # The connection's lock, which judging takes too, keeps these rows as they were read.
    is_open.update(state=Finding.State.RESOLVED, resolution=resolution, resolved_at=at)
    activity.book_many(
        actor=by,
        lines=(
            change_of(finding, old=Finding.State.OPEN, new=Finding.State.RESOLVED, why=resolution) for finding in closed
        ),
        at=at,
    )

"""Deleting a connection: purged here at once, in one transaction, with its history kept."""

from __future__ import annotations

import datetime as dt

import pytest

from audits.models import Audit, Schedule
from connections.models import Connection, SealedCredential
from costframe.deletion import delete_connection
from findings.models import Finding
from findings.operations import judge
from tenants import scope
from tenants.models import Activity
from tests.conftest import AT
from tests.database import acting_as
from tests.findings.rows import UNATTACHED, make_audit, make_connection, see

LATER = AT + dt.timedelta(hours=1)


@pytest.fixture
def inside(organization):
    with scope.organization(organization.id):
        yield organization


def in_use(*, account_id="111111111111", label="Shop"):
    """A connection with a credential, a planned night, an open finding and an audit that is running."""
    connection = make_connection(account_id=account_id, label=label)
    SealedCredential.objects.create(connection=connection, generation=1, key_id="k", blob=b"sealed", created_at=AT)
    with acting_as("cf_worker"):
        Schedule.objects.create(connection=connection, due_at=LATER)
        done = make_audit(connection, at=AT - dt.timedelta(days=1))
        see(done, UNATTACHED)
        judge(audit=done, at=AT)
        Audit.objects.filter(id=done.id).update(state="DONE", ended_at=AT)
        Audit.objects.create(connection=connection, state="RUNNING", requested_by="x", requested_at=AT, due_at=LATER)
    return connection


def delete(connection):
    return delete_connection(connection=connection, by="Ada (user_1)", at=LATER)


def credentials(connection):
    with acting_as("cf_worker"):
        return SealedCredential.objects.filter(connection=connection).count()


def test_the_credential_is_gone_and_a_tombstone_stays(inside):
    connection = in_use()
    assert delete(connection)
    connection.refresh_from_db()
    assert (credentials(connection), connection.state, connection.deleted_at) == (0, "DELETED", LATER)


def test_the_running_audit_is_asked_to_stop_and_the_nights_end(inside):
    connection = in_use()
    delete(connection)
    running = Audit.objects.get(connection=connection, state="RUNNING")
    assert (running.stop_requested_at, running.due_at) == (LATER, LATER)
    assert Schedule.objects.get(connection=connection).due_at is None


def test_open_findings_are_closed_with_the_reason_and_history_stays(inside):
    connection = in_use()
    delete(connection)
    finding = Finding.objects.get(connection=connection)
    assert (finding.state, finding.resolution, finding.resolved_at) == ("RESOLVED", "CONNECTION_DELETED", LATER)
    assert Audit.objects.filter(connection=connection, state="DONE").exists()


def test_another_connection_is_left_as_it_was(inside):
    connection, other = in_use(), in_use(account_id="222222222222", label="Warehouse")
    delete(connection)
    other.refresh_from_db()
    assert (credentials(other), other.state) == (1, "CONNECTED")
    assert Finding.objects.get(connection=other).state == "OPEN"
    assert Audit.objects.get(connection=other, state="RUNNING").stop_requested_at is None


def test_deleting_twice_is_deleting_once(inside):
    connection = in_use()
    assert [delete(connection), delete(connection)] == [True, False]
    assert Activity.objects.filter(verb="connection.deleted").count() == 1


def test_the_account_can_be_connected_anew(inside):
    connection = in_use()
    delete(connection)
    assert make_connection().account_id == connection.account_id
    assert Connection.objects.count() == 2

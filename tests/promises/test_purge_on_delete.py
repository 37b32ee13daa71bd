"""Promise purge_on_delete: deleting a connection purges its credentials, and an audit that is under way stops."""

from __future__ import annotations

import contextlib

import pytest
import redis

from tests.costframe.running import Running, wait_for

pytestmark = pytest.mark.processes

DELETE = """
from uuid import UUID
from django.utils import timezone
from connections.models import Connection
from costframe.deletion import delete_connection
from tenants import scope
with scope.organization(UUID("{organization}")):
    print(delete_connection(connection=Connection.objects.get(id=UUID("{connection}")), by="a test", at=timezone.now()))
"""


@pytest.fixture
def running(fresh_database, redis_server, calm_cloud, tmp_path):
    with contextlib.closing(redis.Redis.from_url(redis_server.url)) as queue:
        queue.flushall()
    running = Running(urls=fresh_database, redis=redis_server, cloud=calm_cloud, directory=tmp_path)
    yield running
    running.stop()


def delete(running: Running) -> str:
    """As the web process does it, with web's login and environment."""
    code = DELETE.format(organization=running.organization_id, connection=running.connection_id)
    return running.fleet.command("web", "shell", "--no-imports", "-c", code).strip()


def test_a_deleted_connections_credential_is_nowhere_and_its_audit_stops(running):
    running.make_connection()
    [(blob,)] = running.rows("select blob from connections_sealedcredential")
    assert blob.hex().encode() in running.everything(), "the search finds what is there"
    running.start_scheduler()
    running.start_worker()
    running.cloud.fault("slow", service="ec2", count=None, seconds=2.0)  # so that deleting begins before it ends
    audit_id = running.request_audit()
    wait_for(lambda: running.rows("select 1 from audits_step where state = 'RUNNING'"))

    assert delete(running) == "True"

    assert running.wait_for_end(audit_id, seconds=30) == "STOPPED", running.describe(audit_id)
    running.cloud.clear_faults()
    kept = running.everything()
    for trace in (blob.hex().encode(), blob[-40:], running.secret["role_arn"].encode()):
        assert trace not in kept
    assert running.rows("select state, deleted_at is not null from connections_connection") == [("DELETED", True)]
    seen = len(running.cloud.calls())
    assert running.rows("select count(*) from audits_audit where state in ('REQUESTED', 'RUNNING')") == [(0,)]
    assert len(running.cloud.calls()) == seen, "nothing calls on"


@pytest.mark.parametrize("work", ["an access check", "an audit that begins"])
def test_what_is_being_tried_stops_before_its_next_call_and_leaves_nothing_but_its_calls(running, work):
    is_check = work == "an access check"
    running.make_connection(state="CHECKING" if is_check else "CONNECTED")
    running.start_scheduler()
    running.start_worker()
    running.cloud.clear_calls()
    running.cloud.fault("slow", service="iam", count=None, seconds=2.0)
    asked = running.request_check() if is_check else running.request_audit()
    wait_for(lambda: running.called()["GetRole"])

    assert delete(running) == "True"

    table = "connections_accesscheck" if is_check else "audits_audit"
    ended = wait_for(
        lambda: running.rows(f"select t.state, t.ended_at - c.deleted_at < '10 s' from {table} t "
                             "join connections_connection c on c.id = t.connection_id where t.ended_at is not null")
    )  # fmt: skip
    assert ended == [("FAILED" if is_check else "STOPPED", True)], asked
    assert not running.called()["DescribeRegions"], "what comes after the role's policies is not called"
    assert running.booked() == running.called()
    assert running.rows("select count(*) from connections_confirmation") == [(0 if is_check else 1,)]
    assert running.rows("select count(*) from audits_step") == [(0,)]
    assert running.rows("select matrix, warnings, account_id from connections_accesscheck") == [([], [], "")] * is_check


def test_no_new_audit_starts_for_it_and_deleting_again_changes_nothing(running):
    running.make_connection()
    running.start_scheduler()
    running.start_worker()
    assert delete(running) == "True"
    assert delete(running) == "False"
    running.cloud.clear_calls()
    audit_id = running.request_audit()  # a forged row: the button is gone
    assert running.wait_for_end(audit_id) == "FAILED"
    assert running.cloud.calls() == []

"""queue_carries_ids: credentials, payloads and billing records never enter the queue.

Everything that is ever written to Redis is recorded (MONITOR) while one audit passes and another fails, and searched
for every secret and every figure that went through the worker meanwhile.
"""

from __future__ import annotations

import contextlib
import json
import socket
import threading
import uuid
from urllib.parse import urlsplit

import pytest
import redis

from costframe.queue import QUEUE
from tests.costframe.running import Running, wait_for

pytestmark = pytest.mark.processes
PLANTED_LABEL = "planted-label-7f3a91"
PLANTED_MESSAGE = "planted-payload-55d0c2"


class Tap:
    """Every byte that Redis is told by anybody, as it reads it."""

    def __init__(self, url):
        parts = urlsplit(url)
        self.socket = socket.create_connection((parts.hostname, parts.port), timeout=5)
        self.socket.sendall(f"AUTH {parts.password}\r\nMONITOR\r\n".encode())
        self.heard = bytearray()
        self.thread = threading.Thread(target=self._listen, daemon=True)
        self.thread.start()
        wait_for(lambda: self.heard.count(b"+OK") == 2)

    def _listen(self):
        with contextlib.suppress(OSError):
            self.socket.settimeout(None)
            while chunk := self.socket.recv(65536):
                self.heard += chunk

    def close(self):
        self.socket.shutdown(socket.SHUT_RDWR)
        self.socket.close()
        self.thread.join(5)


@pytest.fixture
def running(fresh_database, redis_server, calm_cloud, tmp_path):
    with contextlib.closing(redis.Redis.from_url(redis_server.url)) as queue:
        queue.flushall()
    running = Running(urls=fresh_database, redis=redis_server, cloud=calm_cloud, directory=tmp_path)
    yield running
    running.stop()


@pytest.fixture
def tap(redis_server):
    tap = Tap(redis_server.url)
    yield tap
    tap.close()


def test_nothing_but_ids_enters_the_queue_or_a_log_while_an_audit_passes_and_one_fails(running, tap):
    running.fleet.shared["COSTFRAME_LOG_LEVEL"] = "DEBUG"
    running.make_connection(label=PLANTED_LABEL, has_export=True)
    running.start_scheduler()
    running.start_worker()

    passing = running.request_audit()
    assert running.wait_for_end(passing) == "DONE", running.describe(passing)
    assert running.rows("select count(*) > 100 from audits_costline") == [(True,)]

    # The customer takes the role away: the next audit fails, and its message names the account.
    running.cloud.delete_role(running.secret["role_arn"])
    failing = running.request_audit()
    assert running.wait_for_end(failing) == "FAILED", running.describe(failing)
    assert running.rows(
        "select message like %s from audits_audit where id = %s",
        f"%the role in account {running.role['account']}%",
        failing,
    ) == [(True,)]

    heard = bytes(tap.heard) + held(running)
    assert str(passing).encode() in heard, "the tap hears what is sent"
    found = [one for one in needles(running) if one.encode() in heard]
    assert found == []
    written = "\n".join(log.read_text() for log in running.fleet.logs.glob("*.log"))
    assert str(passing) in written, "the worker says what it works on"
    assert [one for one in needles(running) if one in written] == []


def test_forged_messages_open_nothing_and_are_booked(running):
    """Whoever can write to Redis can name actors and ids, and that is all."""
    running.make_connection()
    stranger = running.make_stranger()
    worker = running.start_worker()
    audit_id = running.request_audit()
    forge(running, actor_name="run_audit", args=[str(stranger), str(audit_id)])
    forge(running, actor_name="run_audit", args=[str(running.organization_id), PLANTED_MESSAGE])
    forge(running, actor_name="eval", args=[str(running.organization_id), str(audit_id)])
    forge(running, actor_name="run_audit", args=[], kwargs={"row": PLANTED_MESSAGE})
    forge(running, actor_name="run_audit", args=[str(running.organization_id), str(audit_id)], options={"throws": "x"})
    wait_for(running.queue_is_empty)
    wait_for(lambda: running.rows("select 1 from audits_lostmessage"))
    assert running.rows("select organization_id, actor, row_id, reason from audits_lostmessage") == [
        (stranger, "run_audit", audit_id, "NO_SUCH_ROW")
    ]
    assert running.rows("select state, attempt from audits_audit") == [("REQUESTED", 0)]
    assert worker.poll() is None
    assert PLANTED_MESSAGE not in (running.fleet.logs / "worker-1.log").read_text()

    # The worker is still of use: the scheduler's own message is worked on.
    running.start_scheduler()
    assert running.wait_for_end(audit_id) == "DONE", running.describe(audit_id)


def needles(running):
    """All that must not be found: the secret, our keys, names, resources, tags and figures."""
    texts = {
        *running.secret.values(),
        running.role_name,
        running.cloud.secret_access_key,
        running.cloud.access_key_id,
        PLANTED_LABEL,
        "Traceback",
        "traceback",
        *(key.name for key in running.keys.path.iterdir()),
    }
    for (text,) in running.rows(
        "select external_id from connections_connection union select resource_id from audits_resource "
        "union select account_id from connections_connection "
        # Short figures stand in any time of day.
        "union select trim_scale(billed_cost)::text from audits_costline "
        "where length(trim_scale(billed_cost)::text) > 8 "
        "union select message from audits_audit where message <> ''"
    ):
        texts.add(text)
    assert len(texts) > 100
    return sorted(texts)


def held(running):
    """Every byte that lies in Redis now, dead letters included."""
    with contextlib.closing(redis.Redis.from_url(running.redis.url)) as queue:
        return b"\n".join(key + b" " + (queue.dump(key) or b"") for key in queue.scan_iter())


def forge(running, **changes):
    """Write a message into Redis past our own sender."""
    message_id = str(uuid.uuid4())
    fields = {
        "queue_name": QUEUE,
        "actor_name": "run_audit",
        "args": [],
        "kwargs": {},
        "message_id": str(uuid.uuid4()),
        "message_timestamp": 1,
        **changes,
        "options": {"redis_message_id": message_id, **changes.get("options", {})},
    }
    with contextlib.closing(redis.Redis.from_url(running.redis.url)) as queue:
        queue.hset(f"dramatiq:{QUEUE}.msgs", message_id, json.dumps(fields))
        queue.rpush(f"dramatiq:{QUEUE}", message_id)

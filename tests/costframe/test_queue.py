"""The queue carries two ids and an actor's name, whoever sends and whatever arrives."""

from __future__ import annotations

import uuid

import dramatiq
import pytest
import redis
from dramatiq import Message, MessageProxy
from dramatiq.middleware import SkipMessage

from audits.models import Audit, LostMessage
from connections.models import Connection
from costframe import pipeline
from costframe.broker import Gate, worker_broker
from costframe.queue import ACTORS, QUEUE, NotOnlyIds, Queue, make_broker, refuse_all_but_ids
from costframe.schedule import TABLES
from tenants import scope
from tests.conftest import AT
from tests.database import acting_as

ONE, TWO = str(uuid.uuid4()), str(uuid.uuid4())
BROKER = worker_broker("redis://127.0.0.1:1")  # nobody answers there, and nobody is asked
SECRET = "arn:aws:iam::222233334444:role/planted"

BAD = {
    "a text among the arguments": {"args": (ONE, SECRET)},
    "a number among the arguments": {"args": (ONE, 17)},
    "three arguments": {"args": (ONE, TWO, TWO)},
    "one argument": {"args": (ONE,)},
    "an id in capitals": {"args": (ONE, TWO.upper())},
    "keyword arguments": {"kwargs": {"row": TWO}},
    "a traceback": {"options": {"traceback": f"... {SECRET}"}},
    "a retry count": {"options": {"retries": 1}},
    "a callback": {"options": {"pipe_target": {}}},
    "what it throws": {"options": {"throws": "Exception"}},
    "a text as the message's id": {"message_id": SECRET},
    "a text as the time": {"message_timestamp": SECRET},
    "an unknown actor": {"actor_name": SECRET},
    "another queue": {"queue_name": "elsewhere"},
}
# The broker writes its own id over whatever is there when a message is sent.
BAD_ON_ARRIVAL = {**BAD, "a text as the broker's own id": {"options": {"redis_message_id": SECRET}}}


def message(**changes):
    fields = {"queue_name": QUEUE, "actor_name": "run_audit", "args": (ONE, TWO), "kwargs": {}, "options": {}}
    return Message(**{**fields, **changes})


@pytest.fixture
def queue(redis_server):
    queue = Queue(redis_server.url)
    queue.broker.client.flushall()
    yield queue
    queue.broker.client.flushall()
    queue.broker.client.close()


@pytest.mark.parametrize("changes", BAD.values(), ids=BAD)
def test_nothing_but_two_ids_can_be_sent(queue, changes):
    with pytest.raises(NotOnlyIds) as refused:
        queue.broker.enqueue(message(**changes))
    assert SECRET not in str(refused.value)
    assert queue.broker.client.keys() == []


@pytest.mark.parametrize("changes", BAD_ON_ARRIVAL.values(), ids=BAD_ON_ARRIVAL)
def test_nothing_but_two_ids_reaches_an_actor(changes):
    with pytest.raises(SkipMessage):
        Gate().before_process_message(BROKER, MessageProxy(message(**changes)))


def test_what_is_sent_holds_two_ids_and_nothing_of_the_row(queue):
    organization_id, row_id = uuid.uuid4(), uuid.uuid4()
    queue.send("run_step", organization_id, row_id)
    (stored,) = queue.broker.client.hvals(f"dramatiq:{QUEUE}.msgs")
    sent = Message.decode(stored)
    assert refuse_all_but_ids(sent) == (organization_id, row_id)
    assert (sent.actor_name, sent.kwargs, set(sent.options)) == ("run_step", {}, {"redis_message_id"})


def test_the_queue_knows_whether_a_message_waits(queue):
    assert queue.waiting() == 0
    queue.send("run_step", uuid.uuid4(), uuid.uuid4())
    assert queue.waiting() == 1


def test_every_actor_can_be_sent_to_and_has_its_table():
    broker = worker_broker("redis://127.0.0.1:1")
    pipeline.declare(broker)
    assert set(broker.actors) == set(ACTORS) == set(TABLES)
    assert {actor.queue_name for actor in broker.actors.values()} == {QUEUE}


def test_the_worker_has_the_gate_and_no_retries_results_or_callbacks():
    assert [type(one).__name__ for one in BROKER.middleware] == [
        *("OnlyIds", "NamedInLogs", "FreshConnections", "Gate")
    ]


def test_a_row_that_stands_under_its_organisation_is_let_through(organization):
    audit_id = make_audit(organization)
    with acting_as("cf_worker"):
        Gate().before_process_message(BROKER, MessageProxy(message(args=(str(organization.id), str(audit_id)))))
        with scope.organization(organization.id):
            assert LostMessage.objects.count() == 0


def test_a_row_of_another_organisation_is_refused_and_booked(organization, other_organization):
    audit_id = make_audit(organization)
    forged = MessageProxy(message(args=(str(other_organization.id), str(audit_id))))
    with acting_as("cf_worker"):
        with pytest.raises(SkipMessage):
            Gate().before_process_message(BROKER, forged)
        with scope.organization(other_organization.id):
            assert list(LostMessage.objects.values_list("actor", "row_id", "reason")) == [
                ("run_audit", audit_id, "NO_SUCH_ROW")
            ]
        with scope.organization(organization.id):
            assert LostMessage.objects.count() == 0


def test_a_line_of_the_trail_that_was_sealed_meanwhile_is_no_lost_message(organization):
    late = message(actor_name="seal_trail", args=(str(organization.id), str(uuid.uuid4())))
    with acting_as("cf_worker"), pytest.raises(SkipMessage, match="Another message"):
        Gate().before_process_message(BROKER, MessageProxy(late))
    with scope.organization(organization.id), acting_as("cf_worker"):
        assert LostMessage.objects.count() == 0


def test_a_row_of_another_kind_is_refused(organization):
    audit_id = make_audit(organization)
    with acting_as("cf_worker"), pytest.raises(SkipMessage):
        Gate().before_process_message(
            BROKER, MessageProxy(message(actor_name="run_step", args=(str(organization.id), str(audit_id))))
        )


def test_a_message_that_cannot_be_looked_at_is_refused_and_not_run(monkeypatch):
    """Dramatiq logs what a middleware raises and runs the actor all the same."""

    def broken(_):
        raise ConnectionError

    monkeypatch.setattr("costframe.broker.refuse_unknown_row", broken)
    with pytest.raises(SkipMessage):
        Gate().before_process_message(BROKER, MessageProxy(message()))


def test_a_failing_actor_leaves_nothing_in_redis(redis_server):
    """Dramatiq's Retries would put the traceback, with the values in its message, into the queue."""
    client = redis.Redis.from_url(redis_server.url)
    client.flushall()
    broker = make_broker(redis_server.url)

    def run_step(organization, row):
        raise RuntimeError(SECRET)

    dramatiq.actor(broker=broker, queue_name=QUEUE)(run_step)
    worker = dramatiq.Worker(broker, worker_threads=1, worker_timeout=20)
    worker.start()
    try:
        broker.enqueue(message(actor_name="run_step"))
        broker.join(QUEUE, timeout=10_000)
        worker.join()
    finally:
        worker.stop()
    assert SECRET.encode() not in everything_in(client)
    client.flushall()
    client.close()


def everything_in(client):
    """Every byte that Redis holds."""
    return b"\n".join(key + b" " + (client.dump(key) or b"") for key in client.scan_iter())


def make_audit(organization):
    with scope.organization(organization.id):
        connection = Connection.objects.create(
            label="Shop", state="CONNECTED", account_id="222233334444", created_at=AT
        )
        return Audit.objects.create(connection=connection, requested_by="a test", requested_at=AT, due_at=AT).id

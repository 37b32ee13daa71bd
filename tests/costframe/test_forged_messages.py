"""A queue message opens nothing but the row that it names under the organisation that it names, for every actor."""

from __future__ import annotations

import threading
import uuid

import dramatiq
import psycopg
import pytest
from django.db import DatabaseError, connection
from dramatiq import Message, MessageProxy
from dramatiq.middleware import SkipMessage
from psycopg import sql

from audits.models import LostMessage
from costframe import pipeline
from costframe.broker import FreshConnections, Gate, worker_broker
from costframe.queue import ACTORS, QUEUE, Queue, make_broker
from costframe.schedule import TABLES, TOGETHER
from tenants import scope
from tests.tenants.catalogue import A, B, tenant_tables
from tests.tenants.pooled import NOBODY, actors, ask, pool_of, setting, who_is_here
from tests.tenants.world import make_world

BROKER = worker_broker("redis://127.0.0.1:1")  # nobody answers there, and nobody is asked
pipeline.declare(BROKER)


@pytest.fixture(scope="module")
def urls(cluster):
    """A database in which A and B have a row in every table, and each row that is work is due."""
    urls = cluster.copy()
    with psycopg.connect(urls["admin"]) as admin:
        make_world(admin)
        admin.execute("set constraints all immediate")
        admin.execute("set local session_replication_role = replica")
        for table in TABLES.values():
            admin.execute(sql.SQL("update {} set due_at = '2026-01-01'").format(sql.Identifier(table)))
        admin.execute("update tenants_activity set actor = 'of A' where organization_id = %s", [A])
        admin.execute("update tenants_activity set actor = 'of B' where organization_id = %s", [B])
        admin.execute("truncate audits_lostmessage")
    yield urls
    cluster.drop(urls["database"])


@pytest.fixture
def worker(urls, django_db_setup, django_db_blocker):
    """The worker's login, and nothing booked yet."""
    with psycopg.connect(urls["admin"], autocommit=True) as admin:
        admin.execute("truncate audits_lostmessage")
    with django_db_blocker.unblock(), pool_of(urls["cf_worker"], size=1):
        yield


def ids_of(urls, actor):
    """The row of each organisation that the actor takes."""
    with psycopg.connect(urls["admin"]) as admin:
        found = admin.execute(f"select organization_id, id from {TABLES[actor]}").fetchall()
    return dict(found)


def everything(urls):
    """All rows of A and of B, as text."""
    with psycopg.connect(urls["admin"]) as admin:
        return {
            table: admin.execute(
                sql.SQL("select t::text from {} t order by 1").format(sql.Identifier(table))
            ).fetchall()
            for table in tenant_tables(admin)
        }


def booked(urls):
    with psycopg.connect(urls["admin"]) as admin:
        return admin.execute("select organization_id, actor, row_id, reason from audits_lostmessage").fetchall()


def arrives(actor, organization_id, row_id):
    """What the gate does with such a message."""
    ids = (str(organization_id), str(row_id))
    message = Message(queue_name=QUEUE, actor_name=actor, args=ids, kwargs={}, options={})
    Gate().before_process_message(BROKER, MessageProxy(message))


def lines_of(organization_id, actor, row_id):
    """What is booked of a refused message. Where one message stands for many rows, others have often dealt with it."""
    return [] if actor in TOGETHER else [(organization_id, actor, row_id, "NO_SUCH_ROW")]


@pytest.mark.parametrize("actor", ACTORS)
def test_a_due_row_comes_through_under_its_organisation_alone(worker, urls, actor):
    rows = ids_of(urls, actor)
    before = everything(urls)
    arrives(actor, A, rows[A])
    assert everything(urls) == before
    with pytest.raises(SkipMessage):
        arrives(actor, B, rows[A])
    # Booked where the message pointed to, and nowhere else: the row's owner is not written to.
    assert booked(urls) == lines_of(B, actor, rows[A])
    assert {**everything(urls), "audits_lostmessage": []} == {**before, "audits_lostmessage": []}


@pytest.mark.parametrize("actor", ACTORS)
def test_a_row_that_is_nobodys_is_refused_and_booked(worker, urls, actor):
    row_id = uuid.uuid4()
    with pytest.raises(SkipMessage):
        arrives(actor, A, row_id)
    assert booked(urls) == lines_of(A, actor, row_id)


@pytest.mark.parametrize("actor", ACTORS)
def test_a_row_of_another_actors_table_is_refused(worker, urls, actor):
    for other in set(ACTORS) - {actor}:
        with pytest.raises(SkipMessage):
            arrives(actor, A, ids_of(urls, other)[A])


@pytest.mark.parametrize("actor", ACTORS)
def test_an_organisation_that_is_nobodys_is_refused_and_nothing_is_written_anywhere(worker, urls, actor):
    before = everything(urls)
    with pytest.raises(SkipMessage):
        arrives(actor, uuid.uuid4(), ids_of(urls, actor)[A])
    assert everything(urls) == before


@pytest.mark.parametrize("actor", ACTORS)
def test_an_actor_that_is_called_past_the_gate_does_nothing_with_anothers_row(worker, urls, actor):
    before = everything(urls)
    with pytest.raises(scope.NoSuchWork):
        BROKER.actors[actor].fn(str(B), str(ids_of(urls, actor)[A]))
    assert everything(urls) == before


@pytest.mark.parametrize("whose", [A, B])
def test_the_worker_writes_no_line_of_lost_messages_itself(worker, urls, whose):
    """The one function does, in words of ours, for the organisation that the message named."""
    row = {"at": "2026-01-01T00:00Z", "actor": "run_audit", "row_id": uuid.uuid4(), "reason": "NO_SUCH_ROW"}
    with pytest.raises(DatabaseError, match="permission denied"), scope.organization(B):
        LostMessage.objects.create(organization_id=whose, **row)
    with pytest.raises(DatabaseError, match="permission denied"), scope.organization(B):
        LostMessage.objects.update(organization_id=whose)
    assert booked(urls) == []


class Planned(Exception):
    """What an actor raises in the middle."""


@pytest.fixture
def heard(redis_server, worker):
    """Sends messages to one thread, whose actors say what they met; each raises inside of its scope."""
    queue = Queue(redis_server.url)
    queue.broker.client.flushall()
    broker = make_broker(redis_server.url, middleware=[FreshConnections(), Gate()])
    heard = []

    def meet(organization, _):
        before = (setting(), who_is_here())
        with scope.organization(uuid.UUID(organization)):
            heard.append((threading.get_ident(), ask("select pg_backend_pid()")[0], *before, actors()))
            raise Planned

    for name in ACTORS:
        dramatiq.actor(meet, actor_name=name, broker=broker, queue_name=QUEUE)
    thread = dramatiq.Worker(broker, worker_threads=1, worker_timeout=20)
    connection.close()
    thread.start()

    def send(messages):
        for actor, organization_id, row_id in messages:
            queue.send(actor, organization_id, row_id)
        broker.join(QUEUE, timeout=20_000)
        thread.join()
        return heard

    yield send
    thread.stop()
    queue.broker.client.flushall()
    queue.broker.client.close()


def test_an_actor_that_follows_another_organisations_on_the_same_thread_meets_its_own_alone(heard, urls):
    turns = [(actor, organization) for actor in ACTORS for organization in (A, B)]
    met = heard([(actor, organization, ids_of(urls, actor)[organization]) for actor, organization in turns])
    assert [(before, who, rows) for _, _, before, who, rows in met] == [
        ("", NOBODY, ["of A"] if organization == A else ["of B"]) for _, organization in turns
    ]
    assert len({thread for thread, *_ in met}) == len({backend for _, backend, *_ in met}) == 1


def test_a_forged_message_between_two_genuine_ones_reaches_no_actor(heard, urls):
    rows = ids_of(urls, "run_audit")
    met = heard([("run_audit", A, rows[A]), ("run_audit", B, rows[A]), ("run_audit", B, rows[B])])
    assert [rows for *_, rows in met] == [["of A"], ["of B"]]
    assert booked(urls) == [(B, "run_audit", rows[A], "NO_SUCH_ROW")]

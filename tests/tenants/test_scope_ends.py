"""The organisation of a transaction ends with it, whatever happens inside. Real logins, a pool, committed data."""

from __future__ import annotations

import contextlib
import contextvars
import gc
import threading
import uuid

import psycopg
import pytest
from asgiref.sync import async_to_sync, sync_to_async
from django.core.exceptions import SynchronousOnlyOperation
from django.db import DatabaseError, InterfaceError, OperationalError, connection, connections, transaction

from tenants import scope
from tenants.models import Activity, Organization
from tests.tenants.catalogue import A, B
from tests.tenants.pooled import NOBODY, actors, ask, backend, pool_of, setting, who_is_here, write


@pytest.fixture(scope="module")
def urls(cluster):
    """A database with the organisations A and B, and one line in the trail of each."""
    urls = cluster.copy()
    with psycopg.connect(urls["admin"]) as admin:
        for organization, name in ((A, "of A"), (B, "of B")):
            admin.execute(
                "insert into tenants_organization (id, issuer, clerk_id, name, timezone, night_time, created_at) "
                "values (%s, 'test', %s, %s, 'UTC', '02:00', now())",
                [organization, name, name],
            )
            admin.execute(
                "insert into tenants_activity (id, organization_id, at, actor, verb, subject_kind, detail) "
                "values (gen_random_uuid(), %s, now(), %s, '', '', '{}')",
                [organization, name],
            )
    yield urls
    cluster.drop(urls["database"])


@pytest.fixture(params=["cf_web", "cf_worker"])
def one_login(urls, request, django_db_setup, django_db_blocker):
    """A single login for whoever comes."""
    with django_db_blocker.unblock(), pool_of(urls[request.param], size=1):
        yield


@pytest.fixture
def two_logins(urls, django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), pool_of(urls["cf_web"], size=2):
        yield


def in_a_thread(look, *, context=None):
    """What `look` returns or raises in a thread of its own, whose connection goes back to the pool afterwards."""
    told = []

    def run():
        try:
            told.append(look())
        except (scope.NoTenantScope, DatabaseError) as error:
            told.append(type(error).__name__)
        finally:
            connections.close_all()

    thread = threading.Thread(target=run if context is None else lambda: context.run(run))
    thread.start()
    thread.join(20)
    return told[0]


class Planned(Exception):
    """What a view or an actor raises."""


def commits():
    with scope.organization(A):
        assert actors() == ["of A"]


def raises():
    with scope.organization(A):
        assert actors() == ["of A"]
        raise Planned


def is_rolled_back():
    with scope.organization(A):
        write("never")
        transaction.set_rollback(True)


def fails_in_the_database():
    with scope.organization(A):
        ask("select 1 / 0")


def rolls_a_savepoint_back():
    with scope.organization(A):
        with contextlib.suppress(Planned), transaction.atomic():
            raise Planned
        assert (setting() != "", actors()) == (True, ["of A"])


def releases_a_savepoint():
    with scope.organization(A), transaction.atomic():
        assert actors() == ["of A"]


def enters_twice():
    with scope.organization(A):
        with scope.organization(A):
            assert actors() == ["of A"]
        assert (scope.current(), actors()) == (A, ["of A"])


def is_refused_another():
    with scope.organization(A):
        with contextlib.suppress(scope.OtherTenantScope), scope.organization(B):
            pass
        assert (scope.current(), actors()) == (A, ["of A"])


def gives_its_connection_back_too_early():
    with scope.organization(A):
        assert actors() == ["of A"]
        connection.close()


def enters_inside_of_a_transaction():
    with transaction.atomic():
        with scope.organization(A):
            assert actors() == ["of A"]
        assert who_is_here() == NOBODY
        with scope.organization(B):
            assert actors() == ["of B"]
        assert who_is_here() == NOBODY


def fails_inside_of_a_transaction():
    with transaction.atomic():
        with contextlib.suppress(Planned), scope.organization(A):
            raise Planned
        assert who_is_here() == NOBODY


def fails_in_the_database_inside_of_a_transaction():
    with transaction.atomic():
        with pytest.raises(DatabaseError, match="division by zero"), scope.organization(A):
            ask("select 1 / 0")
        assert who_is_here() == NOBODY


USES = [
    commits,
    raises,
    is_rolled_back,
    fails_in_the_database,
    rolls_a_savepoint_back,
    releases_a_savepoint,
    enters_twice,
    is_refused_another,
    gives_its_connection_back_too_early,
    enters_inside_of_a_transaction,
    fails_inside_of_a_transaction,
    fails_in_the_database_inside_of_a_transaction,
]


@pytest.mark.parametrize("use", USES, ids=lambda use: use.__name__)
def test_the_next_user_of_a_connection_meets_nobody(one_login, use):
    first = backend()
    with contextlib.suppress(Planned, DatabaseError, InterfaceError):
        use()
    assert not scope.is_open()
    connection.close()
    assert in_a_thread(lambda: (backend(), setting(), who_is_here())) == (first, "", NOBODY)
    with scope.organization(B):
        assert (backend(), actors()) == (first, ["of B"])


def test_after_a_connection_broke_in_the_middle_the_next_one_meets_nobody(one_login, urls):
    first = backend()

    def breaks():
        with scope.organization(A), psycopg.connect(urls["admin"]) as admin:
            assert (backend(), actors()) == (first, ["of A"])
            admin.execute("select pg_terminate_backend(%s, 5000)", [first])
            actors()

    with pytest.raises(OperationalError):
        breaks()
    assert not scope.is_open()
    connection.close()
    assert who_is_here() == NOBODY
    assert backend() != first


def test_a_thread_started_inside_sees_nothing(two_logins):
    with scope.organization(A):
        assert who_is_here()["past"] == ["of A"]
        assert in_a_thread(who_is_here) == NOBODY
        assert in_a_thread(lambda: write("from a thread")) == "NoTenantScope"


def test_a_thread_that_is_handed_the_context_is_denied_by_postgresql(two_logins):
    """The managers believe that the scope is open, since such a thread copies it. Its connection says otherwise."""
    with scope.organization(A):
        copied = contextvars.copy_context()
        assert in_a_thread(who_is_here, context=copied) == {"open": True, "managed": [], "past": []}
        assert in_a_thread(lambda: write("from a thread"), context=copied) == "ProgrammingError"
    assert in_a_thread(who_is_here, context=copied) == {"open": True, "managed": [], "past": []}


def test_an_async_task_works_in_its_callers_transaction_and_nowhere_else(two_logins):
    async def look():
        beside = sync_to_async(lambda: in_a_thread(who_is_here), thread_sensitive=False)
        elsewhere = sync_to_async(thread_of_its_own, thread_sensitive=False)
        return await sync_to_async(who_is_here)(), await Activity.objects.acount(), await beside(), await elsewhere()

    def thread_of_its_own():
        try:
            return who_is_here()
        finally:
            connections.close_all()

    with scope.organization(A):
        inside, counted, beside, elsewhere = async_to_sync(look)()
        assert (inside, counted) == ({"open": True, "managed": ["of A"], "past": ["of A"]}, 1)
        assert beside == NOBODY
        assert elsewhere == {"open": True, "managed": [], "past": []}
        assert actors() == ["of A"]
    assert async_to_sync(sync_to_async(who_is_here))() == NOBODY


def test_async_code_cannot_open_a_scope_of_its_own(two_logins):
    async def enter():
        with scope.organization(A):
            pass

    with pytest.raises(SynchronousOnlyOperation):
        async_to_sync(enter)()
    assert who_is_here() == NOBODY


def test_a_hook_after_the_commit_meets_nobody(one_login):
    heard = []
    with scope.organization(A):
        transaction.on_commit(lambda: heard.append((setting(), who_is_here())))
    assert heard == [("", NOBODY)]


def test_a_hook_of_an_inner_scope_meets_nobody(one_login):
    heard = []
    with scope.organization(A), scope.organization(A):
        transaction.on_commit(lambda: heard.append((setting(), who_is_here())))
    assert heard == [("", NOBODY)]


def test_rows_asked_for_inside_and_read_afterwards_are_not_shown(one_login):
    with scope.organization(A):
        lazy = Activity.objects.all()
    assert list(lazy.all()) == []
    with scope.organization(B):
        assert list(lazy.all()) == []
    with scope.organization(A):
        assert [row.actor for row in lazy.all()] == ["of A"]


def test_rows_that_are_still_coming_stop_with_the_scope(one_login):
    with scope.organization(A):
        write("another of A")
        coming = Activity.objects.order_by("actor").iterator(chunk_size=1)
        assert next(coming).actor == "another of A"
        transaction.set_rollback(True)
    with pytest.raises(DatabaseError):
        next(coming)


def test_a_generator_keeps_its_scope_to_its_end_and_no_longer(one_login):
    def rows():
        with scope.organization(A):
            yield from Activity.objects.all()

    read = rows()
    assert next(read).actor == "of A"
    with pytest.raises(scope.OtherTenantScope), scope.organization(B):
        pass
    del read
    gc.collect()
    assert who_is_here() == NOBODY


def test_what_walks_round_the_managers_meets_postgresql(one_login):
    theirs = Activity(organization_id=B)
    with scope.organization(A):
        walks = [
            Activity._base_manager.all(),
            Activity._base_manager.select_related("organization"),
            Activity.objects.none() | Activity._base_manager.all(),
            Activity.objects.none().union(Activity._base_manager.all()),
            Activity.objects.raw("select * from tenants_activity"),
        ]
        assert [[row.actor for row in walk] for walk in walks] == [["of A"]] * len(walks)
        assert list(Organization.across_tenants.values_list("id", flat=True)) == [A]
        assert list(Organization._base_manager.values_list("id", flat=True)) == [A]
        with pytest.raises(Organization.DoesNotExist):
            assert theirs.organization
        with pytest.raises(Organization.DoesNotExist):
            Organization(id=B).refresh_from_db()


def test_nothing_is_written_for_another_organisation(one_login):
    for write_theirs in (
        lambda: Activity.objects.create(organization_id=B, actor="x", verb="", subject_kind="", at="2026-01-01T00:00Z"),
        lambda: Activity._base_manager.bulk_create(
            [Activity(organization_id=B, actor="x", verb="", subject_kind="", at="2026-01-01T00:00Z")]
        ),
    ):
        with pytest.raises(DatabaseError, match="row-level security"), scope.organization(A):
            write_theirs()


def test_a_scope_of_nobody_that_exists_is_empty(one_login):
    with scope.organization(uuid.uuid4()):
        assert actors() == []

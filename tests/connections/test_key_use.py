"""Counting what a sealing key still opens, as the worker's own login on a real database."""

import uuid

import psycopg
import pytest

from connections.key_use import COUNT_ROWS, COUNT_ROWS_REVERSE


@pytest.fixture
def database(fresh_database):
    """A database with the function, and with two organisations' credentials under one key."""
    with psycopg.connect(fresh_database["cf_migrator"], options="-c role=cf_owner") as owner:
        if not owner.execute("select 1 from pg_proc where proname = 'cf_sealed_rows'").fetchone():
            for statement in COUNT_ROWS:
                owner.execute(statement)
    with psycopg.connect(fresh_database["admin"]) as admin:
        for number in (1, 2):
            organization, connection = uuid.UUID(int=number), uuid.uuid4()
            admin.execute(
                "insert into tenants_organization (id, issuer, clerk_id, name, timezone, night_time, created_at) "
                "values (%s, 'i', %s, 'n', 'UTC', '02:00', now())",
                [organization, str(number)],
            )
            admin.execute(
                "insert into connections_connection (id, organization_id, provider, label, state, external_id, regions, "
                "export_bucket, export_prefix, export_name, export_region, generation, is_paused, created_at) "
                "values (%s, %s, 'aws', 'l', 'DRAFT', %s, '{}', '', '', '', '', 1, false, now())",
                [connection, organization, str(number)],
            )
            admin.execute(
                "insert into connections_sealedcredential (id, organization_id, connection_id, generation, key_id, blob, "
                "created_at) values (gen_random_uuid(), %s, %s, 1, 'used', 'x', now())",
                [organization, connection],
            )
    return fresh_database


def one(login, query, *parameters):
    """The single value that a query gives."""
    ((value,),) = login.execute(query, parameters).fetchall()
    return value


def count(url, key="used"):
    with psycopg.connect(url) as login:
        return one(login, "select cf_sealed_rows(%s)", key)


def test_the_worker_counts_across_organisations_and_sees_none_of_them(database):
    assert count(database["cf_worker"]) == 2
    assert count(database["cf_worker"], "unused") == 0
    with psycopg.connect(database["cf_worker"]) as worker:
        assert one(worker, "select count(*) from connections_sealedcredential") == 0


@pytest.mark.parametrize("login", ["cf_web", "cf_scheduler", "cf_operator"])
def test_nobody_else_may_count(database, login):
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        count(database[login])


def test_a_table_planted_in_the_session_does_not_deceive_the_count(database):
    with psycopg.connect(database["cf_worker"]) as worker:
        worker.execute("create temporary table connections_sealedcredential (key_id text)")
        worker.execute("set search_path = pg_temp, public")
        assert one(worker, "select public.cf_sealed_rows('used')") == 2


def test_without_the_owners_policy_the_count_would_be_wrong(database):
    """Why the policy is there: forced row-level security hides the rows from the function's owner as well."""
    with psycopg.connect(database["admin"]) as admin:
        admin.execute('drop policy cf_owner on "connections_sealedcredential"')
        admin.commit()
    assert count(database["cf_worker"]) == 0


def test_it_can_be_taken_back(database):
    with psycopg.connect(database["cf_migrator"], options="-c role=cf_owner") as owner:
        for statement in COUNT_ROWS_REVERSE:
            owner.execute(statement)
    with pytest.raises(psycopg.errors.UndefinedFunction):
        count(database["cf_worker"])

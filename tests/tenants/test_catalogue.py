"""What PostgreSQL's own catalogue says of everything but the tables: powers, functions, and ways for rows to leak."""

from __future__ import annotations

import psycopg
import pytest
from psycopg import sql

from tests.database import enter
from tests.tenants import catalogue
from tests.tenants.walls import POWERS, committed, differences

EVERYBODY = (*catalogue.OURS,)


@pytest.fixture
def admin(cluster):
    """A superuser's transaction, rolled back at the end."""
    with psycopg.connect(cluster.postgres.url(database="costframe_test")) as connection:
        yield connection
        connection.rollback()


def lines(connection):
    return [*catalogue.functions(connection), *catalogue.powers(connection)]


def test_functions_and_powers_are_exactly_the_committed_list(admin):
    found = differences(lines(admin), committed(POWERS))
    assert found == [], f"If that is meant, change {POWERS.name} in the same commit."


def test_every_function_of_ours_looks_for_names_in_postgresqls_own_schema_and_last_in_its_callers(admin):
    """Where pg_temp is not named, it is searched first: a caller's type would run its check as the owner."""
    loose = [line for line in catalogue.functions(admin) if ", search_path=pg_catalog, pg_temp: " not in line]
    assert loose == []


WIDENED = {
    "a login may run programs": "grant usage on language plpgsql to cf_worker",
    "a function looks into its caller's schema first": "alter function cf_organization() set search_path = pg_catalog",
    "a function is everybody's": "grant execute on function cf_organization() to public",
    "a function is one more role's": "grant execute on function cf_sealed_rows(text) to cf_web",
    "a function's owner is a login": "alter function cf_sealed_rows(text) owner to cf_web",
    "a function looks for names where its caller says": "alter function cf_sealed_rows(text) reset search_path",
    "a function runs as its caller": "alter function cf_sealed_rows(text) security invoker",
    "a function is believed to tell nothing": "alter function cf_organization() leakproof",
    "a new function": "create function cf_new() returns int language sql return 1",
    "a role may make tables": "grant create on schema public to cf_web",
    "everybody may look into the schema": "grant usage on schema public to public",
    "everybody may connect": "do $$ begin execute 'grant connect on database ' || current_database() || ' to public'; end $$",
    "web may make temporary tables": (
        "do $$ begin execute 'grant temporary on database ' || current_database() || ' to cf_web'; end $$"
    ),
    "later tables are everybody's": "alter default privileges for role cf_owner grant select on tables to public",
    "later functions are everybody's": "alter default privileges for role cf_owner grant execute on functions to public",
    "later tables are a role's": "alter default privileges in schema public grant select on tables to cf_web",
    "a role skips row-level security": "alter role cf_web bypassrls",
    "a role is a superuser": "alter role cf_scheduler superuser",
    "a role may make roles": "alter role cf_worker createrole",
    "a role may replicate": "alter role cf_operator replication",
    "the owner may log in": "alter role cf_owner login",
    "a role may become another": "grant cf_worker to cf_web",
    "a role may become the owner": "grant cf_owner to cf_worker",
    "a role reads all data": "grant pg_read_all_data to cf_operator",
    "the migrator may let others in": "grant cf_owner to cf_migrator with admin option",
    "a role has row_security off": "alter role cf_web set row_security = off",
    "the database has a setting": (
        "do $$ begin execute 'alter database ' || current_database() || ' set row_security = off'; end $$"
    ),
    "a role may change a guarded setting": "grant set on parameter session_replication_role to cf_web",
}


@pytest.mark.parametrize("statement", WIDENED.values(), ids=WIDENED)
def test_whatever_else_is_granted_is_noticed(admin, statement):
    before = lines(admin)
    admin.execute(statement)
    assert lines(admin) != before


def test_everything_belongs_to_the_owner_who_cannot_log_in(admin):
    assert catalogue.owners(admin) == {"cf_owner"}
    admin.execute("alter table audits_gap owner to cf_worker")
    assert catalogue.owners(admin) == {"cf_owner", "cf_worker"}


def test_there_is_nothing_by_which_rows_could_leave_a_table(admin):
    assert catalogue.leaks(admin) == MEANT


# Whoever appends a line of the trail cannot leave out the mark that has it sealed.
MEANT = ["trigger mark_unsealed on table tenants_activity"]
LEAKS = {
    "a view": "create view leak as select * from audits_gap",
    "a materialised view": "create materialized view leak as select * from audits_gap",
    "a partitioned table": "create table leak (a int) partition by list (a)",
    "a schema": "create schema leak",
    "a trigger": (
        "create trigger leak before update on audits_gap for each row "
        "execute function suppress_redundant_updates_trigger()"
    ),
    "a rule": "create rule leak as on update to audits_gap do instead nothing",
    "an event trigger": (
        "create function leak() returns event_trigger language plpgsql as 'begin end'; "
        "create event trigger leak on ddl_command_end execute function leak()"
    ),
    "a publication": "create publication leak for table audits_gap",
    "extended statistics": "create statistics leak on service, action from audits_gap",
    "a large object": "select lo_create(0)",
    "an operator": "create operator === (leftarg = int, rightarg = int, function = int4eq)",
    "a cast": "create cast (int as text) with inout as implicit",
    "a type": "create type leak as enum ('a')",
    "a domain": "create domain leak as text",
    "a foreign server": "create foreign data wrapper leak; create server leak foreign data wrapper leak",
    "a function said to be leakproof": "create function leak() returns int language sql leakproof return 1",
    "a collation": 'create collation leak from "C"',
}


@pytest.mark.parametrize("statement", LEAKS.values(), ids=LEAKS)
def test_a_way_to_leak_is_noticed(admin, statement):
    admin.execute(statement)
    assert catalogue.leaks(admin) != MEANT


def test_no_table_is_part_of_another(admin):
    assert admin.execute("select count(*) from pg_inherits i join pg_class c on c.oid = i.inhrelid where relkind = 'r'"
                         ).fetchone() == (0,)  # fmt: skip


def test_nobody_uses_a_sequence(admin):
    usable = admin.execute(
        """select role, c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace, unnest(%s::text[]) role
            where n.nspname = 'public' and c.relkind = 'S' and has_sequence_privilege(role, c.oid, 'USAGE,SELECT,UPDATE')""",
        [list(catalogue.ROLES)],
    ).fetchall()
    assert usable == []


def test_no_role_of_ours_holds_anything_of_what_postgresql_brings_along(admin):
    """Files, other sessions, statistics, settings: only what everybody may."""
    held = admin.execute(
        """select a.grantee::regrole::text, 'relation ' || c.oid::regclass from pg_class c, aclexplode(relacl) a
            where c.oid < %(first)s and a.grantee::regrole::text = any(%(ours)s)
           union all
           select a.grantee::regrole::text, 'function ' || p.oid::regprocedure from pg_proc p, aclexplode(proacl) a
            where p.oid < %(first)s and a.grantee::regrole::text = any(%(ours)s)
           union all
           select m.member::regrole::text, 'role ' || m.roleid::regrole from pg_auth_members m
            where m.roleid::regrole::text like 'pg\\_%%' and m.member::regrole::text = any(%(ours)s)""",
        {"first": catalogue.FIRST_OF_OURS, "ours": list(EVERYBODY)},
    ).fetchall()
    assert held == []


def test_only_the_tests_own_roles_may_become_a_role(admin):
    members = admin.execute(
        "select roleid::regrole::text, member::regrole::text from pg_auth_members "
        "where roleid::regrole::text = any(%s) and member::regrole::text !~ '^cf_test'",
        [list(EVERYBODY)],
    ).fetchall()
    assert members == [("cf_owner", "cf_migrator")]


def as_role(connection, role):
    connection.execute(sql.SQL("set local role {}").format(sql.Identifier(role)))


@pytest.mark.parametrize("role", [*catalogue.ROLES, "cf_owner"])
def test_statistics_of_a_tenants_table_are_hidden(admin, role):
    """They hold values of everybody's rows."""
    catalogue.fill(admin, "audits_gap")
    catalogue.fill(admin, "connections_connection")
    admin.execute("create statistics leak on service, action from audits_gap")
    admin.execute("analyze audits_gap, connections_connection")
    assert admin.execute("select count(*) > 10 from pg_stats where tablename = 'audits_gap'").fetchone() == (True,)
    admin.execute(sql.SQL("grant select on audits_gap to {}").format(sql.Identifier(role)))
    as_role(admin, role)
    enter(admin, catalogue.A)
    for view in ("pg_stats", "pg_stats_ext", "pg_stats_ext_exprs"):
        found = admin.execute(
            f"select count(*) from {view} where tablename in ('audits_gap', 'connections_connection')"
        )
        assert found.fetchone() == (0,), view
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        admin.execute("select * from pg_statistic")


@pytest.mark.parametrize("role", [*catalogue.ROLES, "cf_owner"])
def test_switching_row_level_security_off_is_refused_and_shows_nothing(admin, role):
    catalogue.fill(admin, "tenants_organization")
    admin.execute(sql.SQL("grant select on tenants_organization to {}").format(sql.Identifier(role)))
    as_role(admin, role)
    admin.execute("set local row_security = off")
    with pytest.raises(psycopg.errors.InsufficientPrivilege, match="row-level security"):
        admin.execute("select * from tenants_organization")


@pytest.mark.parametrize("role", catalogue.OURS)
@pytest.mark.parametrize("maker", ["lo_create(0)", "lo_creat(-1)", "lo_from_bytea(0, 'x')"])
def test_no_role_keeps_anything_in_a_large_object_which_no_policy_guards(admin, role, maker):
    as_role(admin, role)
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        admin.execute(f"select {maker}")


@pytest.mark.parametrize("role", ["cf_web", "cf_scheduler", "cf_operator"])
@pytest.mark.parametrize(
    "statement",
    [
        "create temporary table t (a int)",
        "create table t (a int)",
        "create schema s",
        "create view v as select 1",
        "create function f() returns int language sql return 1",
        "create function pg_temp.f() returns int language sql return 1",
        "alter table tenants_organization disable row level security",
        "drop policy cf_web on tenants_organization",
        "set role cf_owner",
        "set session authorization cf_owner",
        "set session_replication_role = replica",
        "copy tenants_organization to program 'cat'",
        "copy tenants_organization to '/tmp/x'",
    ],
)
def test_a_login_cannot_make_or_change_anything(fresh_login, role, statement):
    with pytest.raises((psycopg.errors.InsufficientPrivilege, psycopg.errors.InvalidSchemaName)):
        fresh_login(role).execute(statement)


@pytest.fixture(scope="module")
def logins(cluster):
    urls = cluster.copy()
    open_ones = {role: psycopg.connect(urls[role]) for role in catalogue.ROLES}
    yield open_ones
    for connection in open_ones.values():
        connection.close()
    cluster.drop(urls["database"])


@pytest.fixture
def fresh_login(logins):
    """Each role's real login, in a transaction that is rolled back."""

    def login(role):
        logins[role].rollback()
        return logins[role]

    return login


@pytest.mark.parametrize("role", catalogue.ROLES)
@pytest.mark.parametrize(
    "statement",
    [
        "do $$ begin end $$",
        "do language plpgsql 'begin end'",
        "create function pg_temp.f() returns int language sql return 1",
        "create function pg_temp.f() returns int language plpgsql as 'begin return 1; end'",
    ],
)
def test_a_login_runs_no_program_of_its_own_inside_the_database(fresh_login, role, statement):
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        fresh_login(role).execute(statement)


def test_the_worker_alone_makes_temporary_tables_and_they_end_with_their_transaction(fresh_login):
    """What COPY brings in may not wait there for the next organisation's turn on the same connection."""
    from pathlib import Path

    from audits import bills

    made = [line for line in Path(bills.__file__).read_text().splitlines() if "create temporary table" in line]
    assert len(made) == 1
    assert "on commit drop" in made[0]
    worker = fresh_login("cf_worker")
    worker.execute("create temporary table bill_lines (a int) on commit drop")
    worker.commit()
    with pytest.raises(psycopg.errors.UndefinedTable):
        worker.execute("select * from pg_temp.bill_lines")

"""Promise tenant_isolation: one tenant cannot address another's data; PostgreSQL denies by default."""

from __future__ import annotations

import psycopg
import pytest
from psycopg import sql

from tenants.operator_reads import viewed_rows
from tenants.rls import own_rows
from tests.database import ROOT, enter
from tests.tenants import catalogue

GRANTS = ROOT / "tests" / "tenants" / "grants.txt"
# They see every tenant's row: the scheduler three columns, the operator who its customers are.
SEE_ALL = {("tenants_organization", "cf_operator")}
# Nobody logs in as the owner. Inside a function each it counts how many credentials a sealing key still opens, looks
# whether a row is work, books a message that named no row, tells the organisations that a person is in what became of
# that person, marks a new line of the trail as work, books an operator's view and finds it again.
LOOKED_AT = ("SELECT", "true", None)
VIEWS = "((verb)::text = 'operator.viewed'::text)"
OTHERWISE = {
    ("connections_sealedcredential", "cf_owner"): LOOKED_AT,
    ("connections_accesscheck", "cf_owner"): LOOKED_AT,
    ("connections_connection", "cf_owner"): LOOKED_AT,
    ("audits_schedule", "cf_owner"): LOOKED_AT,
    ("audits_audit", "cf_owner"): LOOKED_AT,
    ("audits_step", "cf_owner"): LOOKED_AT,
    ("tenants_organization", "cf_owner"): LOOKED_AT,
    ("tenants_member", "cf_owner"): LOOKED_AT,
    ("tenants_clerkevent", "cf_owner"): ("ALL", "true", "true"),
    ("audits_lostmessage", "cf_owner"): ("INSERT", None, "true"),
    ("tenants_activity", "cf_owner"): ("ALL", VIEWS, VIEWS),
    ("tenants_unsealedactivity", "cf_owner"): ("ALL", "true", "true"),
}


@pytest.fixture
def admin(cluster):
    """A superuser's transaction, rolled back at the end."""
    with psycopg.connect(cluster.postgres.url(database="costframe_test")) as connection:
        yield connection
        connection.rollback()


@pytest.fixture(scope="session")
def tables(cluster):
    with cluster.admin() as connection:
        return catalogue.tenant_tables(connection)


def test_there_are_tenant_tables(tables):
    assert {"connections_connection", "findings_finding", "audits_costline"} <= set(tables)


def test_every_tenant_table_enables_and_forces_row_level_security(admin, tables):
    bare = admin.execute(
        "select relname from pg_class where relname = any(%s) and not (relrowsecurity and relforcerowsecurity)",
        [tables],
    ).fetchall()
    assert bare == []


def test_every_table_without_row_level_security_is_out_of_every_roles_reach(admin, tables):
    reachable = [line for line in catalogue.grants(admin) if line.split()[0] not in tables]
    assert [line for line in reachable if not line.startswith("django_content_type cf_operator select")] == []


def test_each_policy_serves_one_role_with_the_one_expression(admin, tables):
    rows = admin.execute(
        "select tablename, policyname, roles, cmd, qual, with_check from pg_policies where schemaname = 'public'"
    ).fetchall()
    assert {row[0] for row in rows} == set(tables)
    assert set(OTHERWISE) <= {(row[0], row[1]) for row in rows}
    for table, name, roles, command, qual, check in rows:
        assert roles == [name], f"{table}: a policy serves exactly the role it is named for"
        if name == "cf_owner":
            assert (command, qual, check) == OTHERWISE[table, name], table
        elif name == "cf_scheduler" or (table, name) in SEE_ALL:
            assert (qual, check) == ("true", None)
        elif name == "cf_operator":
            assert (normal(qual), check) == (normal(viewed_rows()), None), table
        else:
            expression = own_rows(catalogue.owner_column(table))
            assert normal(qual) == normal(check) == normal(expression), table


def test_nobody_logs_in_as_the_owner(admin):
    assert admin.execute("select rolcanlogin from pg_roles where rolname = 'cf_owner'").fetchone() == (False,)


def normal(expression: str) -> str:
    words = expression.lower()
    for name in ("cf_organization", "cf_viewed_organization"):
        words = words.replace(f"( select {name}() as {name})", f"(select {name}())")
    return words.strip("()").replace(" ", "")


def test_grants_are_exactly_the_committed_list(admin):
    assert catalogue.grants(admin) == GRANTS.read_text().splitlines(), (
        f"The database grants something else than {GRANTS.name}: if that is meant, change the list in the same commit."
    )


def test_every_reference_between_tenant_tables_stays_inside_one_organisation(admin, tables):
    loose = admin.execute(
        """select con.conrelid::regclass::text, con.conname from pg_constraint con
            where con.contype = 'f' and con.conrelid::regclass::text = any(%(tables)s)
              and con.confrelid::regclass::text = any(%(tables)s)
              and con.confrelid::regclass::text <> 'tenants_organization'
              and not exists (select 1 from pg_attribute a where a.attrelid = con.conrelid
                              and a.attnum = con.conkey[1] and a.attname = 'organization_id')""",
        {"tables": tables},
    ).fetchall()
    assert loose == []


def test_every_foreign_key_of_the_models_is_tied_in_the_database(admin):
    from django.apps import apps

    tied = {
        (table, column)
        for table, column in admin.execute(
            """select con.conrelid::regclass::text, a.attname from pg_constraint con
                 join pg_attribute a on a.attrelid = con.conrelid and a.attnum = con.conkey[2]
                where con.contype = 'f' and array_length(con.conkey, 1) = 2"""
        )
    }
    wanted = {
        (model._meta.db_table, field.column)
        for label in ("connections", "audits", "findings", "tenants")
        for model in apps.get_app_config(label).get_models()
        for field in model._meta.concrete_fields
        if field.is_relation and field.name != "organization"
    }
    assert wanted == tied


def test_every_unique_key_starts_with_the_organisation(admin, tables):
    oracles = admin.execute(
        """select i.indrelid::regclass::text, i.indexrelid::regclass::text from pg_index i
             join pg_attribute a on a.attrelid = i.indrelid and a.attnum = i.indkey[0]
            where i.indisunique and i.indrelid::regclass::text = any(%s) and a.attname <> 'organization_id'
              and not (i.indisprimary and i.indnkeyatts = 1 and a.atttypid = 'uuid'::regtype)""",
        [tables],
    ).fetchall()
    assert oracles == []


def test_no_view_partition_sequence_or_foreign_definer_leaks(admin):
    others = admin.execute(
        """select relname, relkind from pg_class c join pg_namespace n on n.oid = c.relnamespace
            where n.nspname = 'public' and relkind in ('v', 'm', 'p', 'f')"""
    ).fetchall()
    assert others == []
    usable = admin.execute(
        """select r.rolname, c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace,
                  unnest(%s::text[]) as r(rolname)
            where n.nspname = 'public' and c.relkind = 'S'
              and has_sequence_privilege(r.rolname, c.oid, 'USAGE, SELECT, UPDATE')""",
        [list(catalogue.ROLES)],
    ).fetchall()
    assert usable == []


def test_a_role_meets_only_its_own_organisations_rows(admin, tables):
    for table in tables:
        catalogue.fill(admin, table)
        seen = catalogue.matrix(admin, table)
        for role in ("cf_web", "cf_worker", "cf_operator_trail"):
            assert seen[role, "sees another's"] in {0, "InsufficientPrivilege"}, (table, role)
            assert seen[role, "sees without a scope"] in {0, "InsufficientPrivilege"}, (table, role)
        for role in catalogue.ROLES:
            for act in ("changes another's", "deletes another's", "gives its own away"):
                assert seen[role, act] in {0, "InsufficientPrivilege"}, (table, role, act)


MUTATIONS = {
    "the policy lets everybody see": "alter policy {role} on {table} using (true) with check (true)",
    "the policy is gone": "drop policy {role} on {table}",
    "row-level security is off": "alter table {table} disable row level security",
}


@pytest.mark.parametrize("mutation", MUTATIONS)
def test_taking_out_any_wall_changes_what_a_role_meets(admin, tables, mutation):
    """The matrix above is worth something only if it notices: each policy of each table is broken in turn."""
    unnoticed = []
    for table in tables:
        admin.execute("savepoint whole")
        catalogue.fill(admin, table)
        before = catalogue.matrix(admin, table)
        for role in ("cf_web", "cf_worker"):
            if before[role, "sees its own"] == "InsufficientPrivilege":
                continue  # this role has no grant to read, so its policy guards writing only
            admin.execute("savepoint mutation")
            statement = sql.SQL(MUTATIONS[mutation]).format(role=sql.Identifier(role), table=sql.Identifier(table))
            admin.execute(statement)
            if catalogue.matrix(admin, table) == before:
                unnoticed.append((table, role))
            admin.execute("rollback to savepoint mutation")
        admin.execute("rollback to savepoint whole")
    assert unnoticed == []


def test_a_grant_too_many_is_noticed(admin):
    admin.execute("grant select on connections_sealedcredential to cf_web")
    assert catalogue.grants(admin) != GRANTS.read_text().splitlines()


def test_a_row_cannot_point_into_another_organisation(fresh_database):
    """The foreign key itself refuses it: such checks are made past row-level security."""
    with psycopg.connect(fresh_database["admin"]) as connection:
        for table in ("tenants_organization", "connections_connection"):
            catalogue.fill(connection, table)
        ids = dict(connection.execute("select organization_id, id from connections_connection").fetchall())
        connection.commit()
    with psycopg.connect(fresh_database["cf_web"]) as connection:
        enter(connection, catalogue.A)
        insert = """insert into connections_accesscheck (id, organization_id, connection_id, generation, state, attempt,
                    requested_at, account_id, refusals, warnings, matrix)
                    values (gen_random_uuid(), %s, %s, 1, 'REQUESTED', 0, now(), '', '[]', '[]', '[]')"""
        connection.execute(insert, [catalogue.A, ids[catalogue.A]])
        connection.execute(insert, [catalogue.A, ids[catalogue.B]])
        with pytest.raises(psycopg.errors.ForeignKeyViolation):
            connection.commit()

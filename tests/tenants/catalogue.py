"""PostgreSQL's own picture of the tenants' tables, and an access matrix that any change of a wall must disturb."""

from __future__ import annotations

from uuid import UUID, uuid4

from psycopg import errors, sql

from tests.database import enter

A = UUID("00000000-0000-4000-8000-00000000000a")
B = UUID("00000000-0000-4000-8000-00000000000b")
ROLES = ("cf_web", "cf_worker", "cf_scheduler", "cf_operator", "cf_operator_trail")
VALUES = {"state": "OPEN"}  # where a check constraint asks for one of its words
ONE_OF_TWO = {"audit_id"}  # where a check constraint asks for one of two references


def tenant_tables(connection) -> list[str]:
    """Every table that holds a tenant's rows: those with an organisation, and the organisations themselves."""
    rows = connection.execute(
        """select c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace
            where n.nspname = 'public' and c.relkind in ('r', 'p') and (c.relname = 'tenants_organization' or exists (
                  select 1 from pg_attribute a where a.attrelid = c.oid and a.attname = 'organization_id'))
            order by 1"""
    )
    return [name for (name,) in rows]


def owner_column(table: str) -> str:
    return "id" if table == "tenants_organization" else "organization_id"


def grants(connection) -> list[str]:
    """Every grant on a table of ours to a role of ours, one line each, columns in order."""
    rows = connection.execute(
        """select grantee, table_name, lower(privilege_type), '*' from information_schema.role_table_grants
            where table_schema = 'public' and grantee = any(%(roles)s)
           union all
           select grantee, table_name, lower(privilege_type), string_agg(column_name, ',' order by column_name)
             from information_schema.column_privileges p where table_schema = 'public' and grantee = any(%(roles)s)
              and not exists (select 1 from information_schema.role_table_grants g where g.table_schema = 'public'
                   and g.grantee = p.grantee and g.table_name = p.table_name and g.privilege_type = p.privilege_type)
            group by 1, 2, 3 order by 2, 1, 3""",
        {"roles": [*ROLES, "PUBLIC"]},
    )
    return [f"{table} {grantee} {command} {columns}" for grantee, table, command, columns in rows]


def fill(connection, table: str) -> None:
    """One row of A and one of B, past every wall and reference, as the superuser may."""
    columns = connection.execute(
        """select column_name, data_type, is_nullable from information_schema.columns
            where table_schema = 'public' and table_name = %s""",
        [table],
    ).fetchall()
    connection.execute("set local session_replication_role = replica")
    for organization in (A, B):
        row = {
            name: value_for(name, kind)
            for name, kind, is_nullable in columns
            if is_nullable == "NO" or name in VALUES or name in ONE_OF_TWO
        }
        row[owner_column(table)] = organization
        connection.execute(
            sql.SQL("insert into {} ({}) values ({})").format(
                sql.Identifier(table),
                sql.SQL(", ").join(map(sql.Identifier, row)),
                sql.SQL(", ").join(sql.Placeholder() for _ in row),
            ),
            list(row.values()),
        )
    connection.execute("set local session_replication_role = origin")


def value_for(name: str, kind: str):
    if name in VALUES:
        return VALUES[name]
    if name == "user_id":
        return uuid4().hex  # or giving a row away would meet the key that one organisation's members have
    return {
        "uuid": uuid4(),
        "character varying": "x",
        "text": "x",
        "boolean": False,
        "jsonb": "{}",
        "bytea": b"x",
        "ARRAY": [],
        "date": "2026-01-01",
        "timestamp with time zone": "2026-01-01T00:00:00Z",
        "time without time zone": "02:00",
    }.get(kind, 0)


def matrix(connection, table: str) -> dict[tuple[str, str], object]:
    """What each role can do with A's and B's row of `table` while it works for A, and while it works for nobody."""
    return {
        (role, act): outcome
        for role in ROLES
        for act, outcome in {
            "sees its own": attempt(connection, role, A, count(table, A)),
            "sees another's": attempt(connection, role, A, count(table, B)),
            "sees without a scope": attempt(connection, role, None, count(table)),
            "changes another's": attempt(connection, role, A, change(table, B)),
            "deletes another's": attempt(connection, role, A, delete(table, B)),
            "gives its own away": attempt(connection, role, A, give_away(table)),
        }.items()
    }


def count(table: str, organization: UUID | None = None):
    where = sql.SQL("true") if organization is None else equals(table, organization)
    return sql.SQL("select id from {} where {}").format(sql.Identifier(table), where)


def change(table: str, organization: UUID):
    return sql.SQL("update {} set id = id where {}").format(sql.Identifier(table), equals(table, organization))


def delete(table: str, organization: UUID):
    return sql.SQL("delete from {} where {}").format(sql.Identifier(table), equals(table, organization))


def give_away(table: str):
    column = sql.Identifier(owner_column(table))
    return sql.SQL("update {} set {} = {} where {}").format(
        sql.Identifier(table), column, sql.Literal(B), equals(table, A)
    )


def equals(table: str, organization: UUID):
    return sql.SQL("{} = {}").format(sql.Identifier(owner_column(table)), sql.Literal(organization))


def attempt(connection, role: str, organization: UUID | None, statement) -> object:
    """How many rows the statement met as `role`, or the name of the error that stopped it. Leaves nothing changed."""
    outcome: object
    connection.execute("savepoint attempt")
    try:
        connection.execute(sql.SQL("set local role {}").format(sql.Identifier(role)))
        enter(connection, organization)
        outcome = connection.execute(statement).rowcount
    except (errors.InsufficientPrivilege, errors.ReadOnlySqlTransaction) as refused:
        outcome = type(refused).__name__
    connection.execute("rollback to savepoint attempt")
    return outcome

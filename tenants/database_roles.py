"""The database's roles: who may log in, and who owns. Statements only; whoever runs them holds the connection."""

from __future__ import annotations

from typing import TYPE_CHECKING

from psycopg import sql

if TYPE_CHECKING:
    from collections.abc import Mapping

OWNER = "cf_owner"
MIGRATOR = "cf_migrator"
OPERATOR_TRAIL = "cf_operator_trail"
LOGINS = (MIGRATOR, "cf_web", "cf_worker", "cf_scheduler", "cf_operator", OPERATOR_TRAIL)
LARGE_OBJECT_MAKERS = ("lo_create(oid)", "lo_creat(integer)", "lo_from_bytea(oid, bytea)")


def role_statements(passwords: Mapping[str, str]) -> list[sql.Composed]:
    """Statements that make the roles, or give existing ones their password and take powers away.

    `passwords` maps each login of LOGINS to its password. None of them is superuser, BYPASSRLS or may make roles;
    only the migrator may become the owner.
    """
    statements = [_make_if_absent(OWNER, sql.SQL("nologin"))]
    for login in LOGINS:
        statements.append(_make_if_absent(login, sql.SQL("login")))
        statements.append(
            sql.SQL(
                "alter role {} with login nosuperuser nobypassrls nocreaterole nocreatedb noreplication noinherit "
                "password {}"
            ).format(sql.Identifier(login), sql.Literal(passwords[login]))
        )
    statements.append(sql.SQL("grant {} to {}").format(sql.Identifier(OWNER), sql.Identifier(MIGRATOR)))
    return statements


def database_statements(database: str) -> list[sql.Composed]:
    """Statements, run inside `database`, that give it to the owner and let only our logins connect."""
    name, owner = sql.Identifier(database), sql.Identifier(OWNER)
    logins = sql.SQL(", ").join(sql.Identifier(login) for login in LOGINS)
    return [
        sql.SQL("alter database {} owner to {}").format(name, owner),
        sql.SQL("revoke all on database {} from public").format(name),
        sql.SQL("grant connect on database {} to {}").format(name, logins),
        # The worker copies a bill into a temporary table first: COPY into a protected table is refused.
        sql.SQL("grant temporary on database {} to cf_worker").format(name),
        sql.SQL("alter schema public owner to {}").format(owner),
        sql.SQL("revoke all on schema public from public").format(),
        sql.SQL("grant usage on schema public to {}").format(logins),
        # A function that a migration makes is nobody's to call until it says whose; by default it would be everybody's.
        sql.SQL("alter default privileges for role {} revoke execute on functions from public").format(owner),
        # No login runs programs of its own inside the database, nor makes functions; migrations do, as the owner.
        sql.SQL("grant usage on language sql, plpgsql to {}").format(owner),
        sql.SQL("revoke usage on language sql, plpgsql from public").format(),
        # No policy guards a large object.
        *(
            sql.SQL(f"revoke execute on function pg_catalog.{maker} from public").format()
            for maker in LARGE_OBJECT_MAKERS
        ),
    ]


def _make_if_absent(role: str, kind: sql.SQL) -> sql.Composed:
    return sql.SQL(
        "do $do$ begin if not exists (select 1 from pg_roles where rolname = {literal}) "
        "then create role {role} {kind}; end if; end $do$"
    ).format(literal=sql.Literal(role), role=sql.Identifier(role), kind=kind)

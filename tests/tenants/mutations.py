"""Every way to take one wall of a tenant's table out or to make it wider: policies, grants, row-level security itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from psycopg import sql

from tenants.operator_reads import viewed_rows
from tenants.rls import own_rows
from tests.tenants.catalogue import OURS, columns_of, grants, owner_column, policies
from tests.tenants.walls import KEPT, OF_THE_OWNER, sees_all

if TYPE_CHECKING:
    from collections.abc import Iterator

COMMANDS = ("select", "insert", "update", "delete", "truncate", "trigger", "references")
NOT_FELT = {"references", "maintain"}  # they let nobody read or write; the list alone tells
WRITES = {"insert", "update", "delete"}
VERBS = {"select": "reads", "insert": "adds", "update": "writes", "delete": "deletes", "truncate": "empties",
         "trigger": "hangs"}  # fmt: skip
BY_COLUMN = ("select", "update", "insert")
GRANTEES = tuple(role for role in OURS if role != "cf_owner")
HAS_MAINTAIN = 170_000  # PostgreSQL's version

# What can become of a policy, and whether its role meets something else then: always, or where it holds one of these.
MEETS = {"select", "update", "delete"}
ALWAYS, NEVER = set(COMMANDS), set[str]()
OF_OWN_ROWS = {
    "is gone": ("drop policy {p} on {t}", ALWAYS),
    "shows everything": ("alter policy {p} on {t} using (true)", MEETS),
    "lets everything in": ("alter policy {p} on {t} with check (true)", {"insert"}),
    "shows and lets in everything": ("alter policy {p} on {t} using (true) with check (true)", ALWAYS),
    "shows the others' rows": ("alter policy {p} on {t} using (not {own})", MEETS),
    "shows everything to nobody": (
        "alter policy {p} on {t} using ({own} or (select cf_organization()) is null)",
        MEETS,
    ),
    "covers reading only": ("drop policy {p} on {t}; create policy {p} on {t} for select to {r} using ({own})", WRITES),
    "restricts what nothing permits": (
        "drop policy {p} on {t}; create policy {p} on {t} as restrictive to {r} using ({own}) with check ({own})",
        ALWAYS,
    ),
    "has another beside it": ("create policy beside on {t} to {r} using (true)", ALWAYS),
    "serves everybody": ("alter policy {p} on {t} to public", NEVER),
}
OF_VIEWED_ROWS = {
    "is gone": ("drop policy {p} on {t}", ALWAYS),
    "shows everything": ("alter policy {p} on {t} using (true)", ALWAYS),
    "shows the others' rows": ("alter policy {p} on {t} using (not {own})", ALWAYS),
    "lets write too": ("drop policy {p} on {t}; create policy {p} on {t} to {r} using ({own})", NEVER),
    "has another beside it": ("create policy beside on {t} to {r} using (true)", ALWAYS),
    "serves everybody": ("alter policy {p} on {t} to public", NEVER),
}
OF_ALL_ROWS = {
    "is gone": ("drop policy {p} on {t}", ALWAYS),
    "lets write too": ("drop policy {p} on {t}; create policy {p} on {t} to {r} using (true) with check (true)", NEVER),
    "serves everybody": ("alter policy {p} on {t} to public", NEVER),
}


@dataclass(frozen=True, kw_only=True)
class Mutation:
    """One change of a wall. `is_felt`: whoever of `roles` tries the acts `about` it meets something else than before."""

    name: str
    statement: sql.Composed
    roles: tuple[str, ...]
    about: frozenset[str] = frozenset()
    is_felt: bool = True


@dataclass(frozen=True, kw_only=True)
class Held:
    """What roles hold on a table: (role, command) on all of it, and on some columns."""

    whole: frozenset[tuple[str, str]]
    narrow: dict[tuple[str, str], frozenset[str]]

    def commands(self, role: str) -> set[str]:
        return {command for one, command in (*self.whole, *self.narrow) if one == role}


def held(connection, table: str) -> Held:
    lines = [line.split() for line in grants(connection, table)]
    return Held(
        whole=frozenset((role, command) for _, role, command, columns, *_ in lines if columns == "*"),
        narrow={
            (role, command): frozenset(columns.split(",")) for _, role, command, columns, *_ in lines if columns != "*"
        },
    )


def mutations(connection, table: str) -> Iterator[Mutation]:
    """All of them, for one table."""
    columns = [name for name, *_ in columns_of(connection, table)]
    holds = held(connection, table)
    words = {"t": sql.Identifier(table)}
    off, lax = (
        sql.SQL(how).format(**words)
        for how in ("alter table {t} disable row level security", "alter table {t} no force row level security")
    )
    yield Mutation(name="row-level security is off", statement=off, roles=OURS)
    is_felt = OF_THE_OWNER.get(table) != KEPT  # else the owner meets everything anyway
    yield Mutation(
        name="row-level security does not bind the owner", statement=lax, roles=("cf_owner",), is_felt=is_felt
    )
    for _, name, _, _, role, *_ in policies(connection, table):
        yield from of_a_policy(table, name, role, holds.commands(role))
    yield from grants_too_few(table, holds)
    yield from grants_too_many(table, holds, columns, connection.info.server_version)


def of_a_policy(table: str, policy: str, role: str, commands: set[str]) -> Iterator[Mutation]:
    own = viewed_rows() if role == "cf_operator" else own_rows(owner_column(table))
    words = {
        "p": sql.Identifier(policy),
        "r": sql.Identifier(role),
        "t": sql.Identifier(table),
        "own": sql.SQL(own),
    }
    changes = OF_VIEWED_ROWS if role == "cf_operator" else OF_OWN_ROWS
    if role == "cf_owner" or sees_all(table, role):
        changes = {
            name: how for name, how in OF_ALL_ROWS.items() if OF_THE_OWNER.get(table) != KEPT or "write" not in name
        }
    for name, (statement, by) in changes.items():
        yield Mutation(
            name=f"the policy {policy} {name}",
            statement=sql.SQL(statement).format(**words),
            roles=(role,),
            is_felt=by is ALWAYS or bool(by & commands),
        )


def grants_too_few(table: str, holds: Held) -> Iterator[Mutation]:
    """Each grant taken away, each column of a narrow one by itself; and each handed on to be given away."""
    for role, command in sorted(holds.whole):
        yield of_a_grant("revoke {c} on {t} from {r}", table, role, command)
        yield of_a_grant("grant {c} on {t} to {r} with grant option", table, role, command, is_felt=False)
    for (role, command), columns in holds.narrow.items():
        for column in sorted(columns):
            yield of_a_grant(
                "revoke {c} ({column}) on {t} from {r}",
                table,
                role,
                command,
                column=column,
                is_felt=command != "insert",
            )


def grants_too_many(table: str, holds: Held, columns: list[str], version: int) -> Iterator[Mutation]:
    """Each command that a role, or everybody, does not have; and each column that a narrow grant leaves out."""
    commands = (*COMMANDS, "maintain") if version >= HAS_MAINTAIN else COMMANDS
    for role in (*GRANTEES, "public"):
        for command in commands:
            if (role, command) not in holds.whole:
                has_all = frozenset(columns) == holds.narrow.get((role, command))
                is_felt = command not in NOT_FELT and not has_all
                yield of_a_grant("grant {c} on {t} to {r}", table, role, command, is_felt=is_felt)
    for role in sorted({role for role, _ in holds.narrow}):
        for command in BY_COLUMN:
            if (role, command) not in holds.whole:
                for column in sorted(set(columns) - holds.narrow.get((role, command), frozenset())):
                    felt = command != "insert"
                    yield of_a_grant(
                        "grant {c} ({column}) on {t} to {r}", table, role, command, column=column, is_felt=felt
                    )


def of_a_grant(how: str, table: str, role: str, command: str, *, column: str = "", is_felt: bool = True) -> Mutation:
    statement = sql.SQL(how).format(
        c=sql.SQL(command),
        t=sql.Identifier(table),
        r=sql.SQL("public") if role == "public" else sql.Identifier(role),
        column=sql.Identifier(column),
    )
    return Mutation(
        name=f"{how.split(maxsplit=1)[0]} {command} {column} {role}",
        statement=statement,
        roles=("cf_migrator",) if role == "public" else (role,),  # who has nothing but what everybody has
        about=frozenset({VERBS[command], column} - {""}) if is_felt else frozenset(),
        is_felt=is_felt,
    )

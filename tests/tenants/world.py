"""A and B with one row in every tenant's table, each referring to the organisation's own others, as they would be."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

from tests.tenants.catalogue import A, B, insertion, tenant_tables

if TYPE_CHECKING:
    from psycopg import sql

# Words under which a partial unique key holds its row.
KEYED = {
    "audits_audit": {"state": "REQUESTED", "night_date": "2026-01-01"},
    "audits_billload": {"state": "LOADED"},
    "connections_connection": {"state": "CONNECTED", "account_id": "111111111111"},
}


@dataclass(frozen=True, kw_only=True)
class Tie:
    """A reference between tenants' tables: `table`.`column` names a row of `to_table`."""

    name: str
    table: str
    column: str
    to_table: str


def ties(connection) -> list[Tie]:
    """Every reference that is tied to one organisation, as PostgreSQL has it."""
    rows = connection.execute(
        """select conname, conrelid::regclass::text, a.attname, confrelid::regclass::text from pg_constraint
             join pg_attribute a on a.attrelid = conrelid and a.attnum = conkey[2]
            where contype = 'f' and array_length(conkey, 1) = 2 order by 1"""
    )
    return [Tie(name=name, table=table, column=column, to_table=to_table) for name, table, column, to_table in rows]


@dataclass(frozen=True, kw_only=True)
class World:
    """The ids of A's and B's rows by table."""

    ties: list[Tie]
    ids: dict[UUID, dict[str, UUID]] = field(default_factory=dict)

    def row(self, connection, table: str, organization: UUID, **given: object) -> sql.Composed:
        """The statement that makes another such row of `organization`, with `given` in place of what it would have."""
        if table == "audits_apicall":  # a call is of an audit or of a check
            others = ("audit_id", "step_id") if "access_check_id" in given else ("access_check_id",)
            given = {**dict.fromkeys(others), **given}
        if table == "audits_billsource":  # a source is of a connection or has a label
            default = {"label": ""} if "connection_id" in given else {"connection_id": None, "label": "files"}
            given = {**default, **given}
        if table == "audits_loadprogress":  # of a step or of an upload
            given = {("step_id" if "upload_id" in given else "upload_id"): None, **given}
        references = {tie.column: self.ids[organization][tie.to_table] for tie in self.ties if tie.table == table}
        return insertion(connection, table, organization, **{**KEYED.get(table, {}), **references, **given})


def make_world(connection) -> World:
    """Fill every table, past all walls, as the superuser may."""
    tables = tenant_tables(connection)
    world = World(ties=ties(connection))
    for organization in (A, B):
        world.ids[organization] = {table: uuid4() for table in tables} | {"tenants_organization": organization}
    connection.execute("set local session_replication_role = replica")
    for organization, ids in world.ids.items():
        for table in tables:
            connection.execute(world.row(connection, table, organization, id=ids[table]))
    connection.execute("set local session_replication_role = origin")
    return world

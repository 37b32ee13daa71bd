"""Migration operations that put a tenant's table behind row-level security, and the one policy expression."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db.migrations.operations.base import Operation

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.db.backends.base.schema import BaseDatabaseSchemaEditor
    from django.db.migrations.state import ProjectState

CURRENT_ORGANIZATION = """
create function cf_organization() returns uuid
    language sql stable parallel safe set search_path = pg_catalog
    as $$ select nullif(current_setting('costframe.organization', true), '')::uuid $$
"""

# References to the table need its key, so they are put down meanwhile. Where the pair has a unique constraint already,
# for them to refer to, that one becomes the primary key under its own name.
CHANGE_KEY = """
do $do$
declare
    here constant regclass := '"{table}"';
    plain constant name := '{table}_pkey';
    pair constant smallint[] := array(select attnum from pg_attribute where attrelid = here
        and attname in ('organization_id', 'id') order by attname = 'id');
    tied name := (select conname from pg_constraint where conrelid = here and conkey = pair and conname <> plain);
    untie text[];
    tie text[];
    statement text;
begin
    select coalesce(array_agg(format('alter table %s drop constraint %I', conrelid::regclass, conname)), '{{}}'),
           coalesce(array_agg(format('alter table %s add constraint %I %s', conrelid::regclass, conname,
                                     pg_get_constraintdef(oid))), '{{}}')
      into untie, tie from pg_constraint where confrelid = here and contype = 'f' and confkey = pair;
    foreach statement in array untie || {change} || tie loop
        execute statement;
    end loop;
end $do$
"""
KEY_IS_THE_PAIR = """array[
        format('alter table %s drop constraint %I', here, plain),
        case when tied is null then 'select' else format('alter table %s drop constraint %I', here, tied) end,
        format('alter table %s add constraint %I primary key (organization_id, id)', here, coalesce(tied, plain))]"""
KEY_IS_THE_ID = """array[
        format('alter table %s drop constraint %I', here, coalesce(tied, plain)),
        case when tied is null then 'select'
             else format('alter table %s add constraint %I unique (organization_id, id)', here, tied) end,
        format('alter table %s add constraint %I primary key (id)', here, plain)]"""


def own_rows(column: str = "organization_id") -> str:
    """The policy's expression: rows of the transaction's organisation. No organisation, no rows.

    The sub-select makes PostgreSQL ask once a query and use the index; CASE, OR and IN shapes lose it.
    """
    return f"{column} = (select cf_organization())"


@dataclass(frozen=True, kw_only=True)
class Access:
    """What one database role may do with one table.

    `commands` are granted on the whole table; `columns` maps a command to the only columns it may touch.
    `sees_all` is for the scheduler and the operator, whose grants are narrow instead.
    """

    role: str
    commands: tuple[str, ...] = ()
    columns: dict[str, tuple[str, ...]] = field(default_factory=dict)
    sees_all: bool = False

    def grants(self, table: str) -> list[str]:
        """The GRANT statements."""
        whole = [f'grant {", ".join(self.commands)} on "{table}" to {self.role}'] if self.commands else []
        narrow = [
            f'grant {command} ({", ".join(columns)}) on "{table}" to {self.role}'
            for command, columns in self.columns.items()
        ]
        return whole + narrow

    def policy(self, table: str, column: str) -> str:
        """The CREATE POLICY statement: one a role, so that no policy can widen another."""
        seen = "true" if self.sees_all else own_rows(column)
        command = "select" if self.sees_all else "all"
        check = "" if self.sees_all else f" with check ({seen})"
        return f'create policy {self.role} on "{table}" for {command} to {self.role} using ({seen}){check}'


class ProtectTable(Operation):
    """Enable and force row-level security on a tenant's table, with one policy and the grants for each role."""

    reversible = True

    def __init__(self, table: str, access: Iterable[Access], *, column: str = "organization_id") -> None:
        self.table = table
        self.access = tuple(access)
        self.column = column

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        """How a migration writes this operation."""
        return ("ProtectTable", [self.table, self.access], {"column": self.column})

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """Change nothing in Django's picture of the models."""

    def statements(self) -> list[str]:
        """Every statement, in order."""
        return [
            f'revoke all on "{self.table}" from public',
            f'alter table "{self.table}" enable row level security',
            f'alter table "{self.table}" force row level security',
            *(access.policy(self.table, self.column) for access in self.access),
            *(grant for access in self.access for grant in access.grants(self.table)),
        ]

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        """Run the statements."""
        del app_label, from_state, to_state
        for statement in self.statements():
            schema_editor.execute(statement)

    def database_backwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        """Take policies and grants away again."""
        del app_label, from_state, to_state
        for access in self.access:
            schema_editor.execute(f'drop policy {access.role} on "{self.table}"')
            schema_editor.execute(f'revoke all on "{self.table}" from {access.role}')
        schema_editor.execute(f'alter table "{self.table}" no force row level security')
        schema_editor.execute(f'alter table "{self.table}" disable row level security')

    def describe(self) -> str:
        """One line for the migration log."""
        return f"Protect {self.table} with row-level security"


class TieToOrganization(Operation):
    """A foreign key over (organization_id, column), so that no row can point into another organisation.

    Foreign keys are checked past row-level security: a plain one would let a row reference, and so detect,
    another organisation's rows.
    """

    reversible = True

    def __init__(self, table: str, column: str, to_table: str, *, on_delete: str = "cascade") -> None:
        self.table = table
        self.column = column
        self.to_table = to_table
        self.on_delete = on_delete

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        """How a migration writes this operation."""
        return ("TieToOrganization", [self.table, self.column, self.to_table], {"on_delete": self.on_delete})

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """Change nothing in Django's picture of the models."""

    @property
    def name(self) -> str:
        """The constraint's name."""
        return f"{self.table}_{self.column}_same_organization"

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        """Add the constraint. SET NULL clears the column only, never the organisation."""
        del app_label, from_state, to_state
        action = f"set null ({self.column})" if self.on_delete == "set null" else self.on_delete
        schema_editor.execute(
            f'alter table "{self.table}" add constraint "{self.name}" foreign key (organization_id, {self.column}) '
            f'references "{self.to_table}" (organization_id, id) on delete {action} deferrable initially deferred'
        )

    def database_backwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        """Drop the constraint."""
        del app_label, from_state, to_state
        schema_editor.execute(f'alter table "{self.table}" drop constraint "{self.name}"')

    def describe(self) -> str:
        """One line for the migration log."""
        return f"Tie {self.table}.{self.column} to its organisation"


class LeadKeyWithOrganization(Operation):
    """Make (organization_id, id) a table's primary key in PostgreSQL, where Django makes it the id alone.

    A key over the id alone is where another organisation's rows could still be felt: an insert that names their id
    fails where a random one does not, and a look-up by id reads their row before the policy drops it.
    """

    reversible = True

    def __init__(self, table: str) -> None:
        self.table = table

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        """How a migration writes this operation."""
        return ("LeadKeyWithOrganization", [self.table], {})

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """Change nothing in Django's picture of the models, for which the id stays the key."""

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        """Put the pair in the place of the id."""
        del app_label, from_state, to_state
        schema_editor.execute(CHANGE_KEY.format(table=self.table, change=KEY_IS_THE_PAIR), params=None)

    def database_backwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        """Put the id back."""
        del app_label, from_state, to_state
        schema_editor.execute(CHANGE_KEY.format(table=self.table, change=KEY_IS_THE_ID), params=None)

    def describe(self) -> str:
        """One line for the migration log."""
        return f"Lead the key of {self.table} with the organisation"


class LiftRowSecurity(Operation):
    """Run other operations with FORCE lifted, in the same transaction.

    Row-level security is forced on the owner too, so a data migration would silently change no row.
    """

    reversible = False

    def __init__(self, table: str, operations: Iterable[Operation]) -> None:
        self.table = table
        self.operations = tuple(operations)

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        """How a migration writes this operation."""
        return ("LiftRowSecurity", [self.table, self.operations], {})

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """Pass on to the operations inside."""
        for operation in self.operations:
            operation.state_forwards(app_label, state)

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        """Lift, run, restore."""
        schema_editor.execute(f'alter table "{self.table}" no force row level security')
        for operation in self.operations:
            operation.database_forwards(app_label, schema_editor, from_state, to_state)
        schema_editor.execute(f'alter table "{self.table}" force row level security')

    def describe(self) -> str:
        """One line for the migration log."""
        return f"Change the rows of {self.table} as their owner"

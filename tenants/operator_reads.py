"""What the operator's database login may read: one organisation's rows, while a view of it stands in its trail.

The login that reads cannot write, and the login that writes can do nothing but book a view. Each view that is booked is
a ticket: PostgreSQL shows the reading login the rows of the ticket's organisation, for a minute, and none without one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.migrations.operations.base import Operation

from tenants.scope import TICKET_SETTING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.db.backends.base.schema import BaseDatabaseSchemaEditor
    from django.db.migrations.state import ProjectState

MAX_OPERATOR, MAX_PAGE, MIN_REASON, MAX_REASON = 255, 500, 10, 200

# Row-level security is forced on the owner too; these are the only rows that its functions may touch.
OWNER_POLICY = """create policy cf_owner on "tenants_activity" for all to cf_owner
        using (verb = 'operator.viewed') with check (verb = 'operator.viewed')"""
BOOK_VIEW = f"""
create function cf_book_operator_view(organization uuid, viewer text, page text, reason text) returns uuid
    language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
    as $$
    declare
        ticket uuid := gen_random_uuid();
    begin
        if organization is null or viewer is null or page is null or reason is null
           or length(viewer) not between 1 and {MAX_OPERATOR} or length(page) not between 1 and {MAX_PAGE}
           or length(btrim(reason)) < {MIN_REASON} or length(reason) > {MAX_REASON} then
            raise exception 'A view is booked with its organisation, operator, page and reason, each of its length.'
                using errcode = 'invalid_parameter_value';
        end if;
        insert into public.tenants_activity (id, organization_id, at, actor, verb, subject_kind, subject_id, detail)
        values (ticket, organization, clock_timestamp(), viewer, 'operator.viewed', 'page', null,
                jsonb_build_object('page', page, 'reason', reason));
        return ticket;
    end $$
"""
VIEWED_ORGANIZATION = f"""
create function cf_viewed_organization() returns uuid
    language sql stable security definer set search_path = pg_catalog, pg_temp
    as $$ select organization_id from public.tenants_activity
           where id = nullif(current_setting('{TICKET_SETTING}', true), '')::uuid
             and verb = 'operator.viewed' and at > now() - interval '1 minute' $$
"""
FUNCTIONS = (
    OWNER_POLICY,
    BOOK_VIEW,
    "revoke all on function cf_book_operator_view(uuid, text, text, text) from public",
    "grant execute on function cf_book_operator_view(uuid, text, text, text) to cf_operator_trail",
    VIEWED_ORGANIZATION,
    "revoke all on function cf_viewed_organization() from public",
    "grant execute on function cf_viewed_organization() to cf_operator",
)
FUNCTIONS_REVERSE = (
    "drop function cf_viewed_organization()",
    "drop function cf_book_operator_view(uuid, text, text, text)",
    'drop policy cf_owner on "tenants_activity"',
)


def viewed_rows() -> str:
    """The policy's expression, of the one shape that keeps the index (see rls.own_rows)."""
    return "organization_id = (select cf_viewed_organization())"


class LetOperatorRead(Operation):
    """Let the operator's login select a protected table's rows of the organisation that is viewed.

    `columns` are the only ones it may see; all of them where none are given.
    """

    reversible = True

    def __init__(self, table: str, columns: Iterable[str] = ()) -> None:
        self.table = table
        self.columns = tuple(columns)

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        """How a migration writes this operation."""
        return ("LetOperatorRead", [self.table, self.columns], {})

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """Change nothing in Django's picture of the models."""

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        """One policy, one grant."""
        del app_label, from_state, to_state
        columns = f" ({', '.join(self.columns)})" if self.columns else ""
        schema_editor.execute(
            f'create policy cf_operator on "{self.table}" for select to cf_operator using ({viewed_rows()})'
        )
        schema_editor.execute(f'grant select{columns} on "{self.table}" to cf_operator')

    def database_backwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        """Take both away again."""
        del app_label, from_state, to_state
        schema_editor.execute(f'revoke all on "{self.table}" from cf_operator')
        schema_editor.execute(f'drop policy cf_operator on "{self.table}"')

    def describe(self) -> str:
        """One line for the migration log."""
        return f"Let the operator read {self.table}"

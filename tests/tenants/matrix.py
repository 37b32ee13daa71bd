"""The access matrix of a tenant's table: what each role meets when it works for A, and when it works for nobody.

Any change of a wall must disturb it. Acts name no row: what a role meets, PostgreSQL alone decides. Each is undone at
once, and all acts of a table on one organisation's behalf take one question.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from psycopg import sql

from tenants.scope import TICKET_SETTING
from tests.database import proof_for
from tests.tenants.catalogue import OURS, A, B, columns_of, insertion, owner_column, value_for

C = UUID("00000000-0000-4000-8000-00000000000c")  # an organisation that has no rows yet
D = UUID("00000000-0000-4000-8000-00000000000d")  # another one, for which nobody here works
REFUSED = "42501"

# The rows that a statement met, or the error that stopped it.
ATTEMPT = f"""
create or replace function pg_temp.attempt(actor text, statement text, proof text, ticket text)
returns text language plpgsql as $$
declare met bigint;
begin
  perform set_config('costframe.organization', proof, true), set_config('{TICKET_SETTING}', ticket, true);
  execute format('set local role %I', actor);
  execute statement;
  get diagnostics met = row_count;
  raise exception using errcode = 'CF000', message = met::text;
exception
  when sqlstate 'CF000' then return sqlerrm;
  when others then return sqlstate || ' ' || sqlerrm;
end $$
"""


Acts = Mapping[UUID | None, Sequence[tuple[str, str]]]  # (name, statement), by the organisation on whose behalf
Stage = Mapping[UUID | None, tuple[str, str]]  # a proof and an operator's ticket, by the organisation that they are for


def stage(connection) -> Stage:
    """What `matrix` needs in a transaction that has just begun, and after every savepoint of it."""
    connection.execute(ATTEMPT)
    proofs = {organization: proof_for(connection, organization) for organization in (A, C)}
    return {A: (proofs[A], str(book_view(connection))), C: (proofs[C], ""), None: ("", "")}


def matrix(connection, acts_by_organization: Acts, roles=OURS, *, staged: Stage) -> dict[tuple[str, str], str]:
    """What came of each act of `acts_on`, by role and act. Needs the rows of `catalogue.fill`."""
    tried = [(*act, *staged[organization]) for organization, acts in acts_by_organization.items() for act in acts]
    rows = connection.execute(
        "select actor, act, pg_temp.attempt(actor, statement, proof, ticket) from unnest(%s::text[]) as a (actor), "
        "unnest(%s::text[], %s::text[], %s::text[], %s::text[]) as s (act, statement, proof, ticket)",
        [list(roles), *map(list, zip(*tried, strict=True))],
    )
    return {(actor, act): outcome for actor, act, outcome in rows}


def book_view(connection) -> UUID:
    """A line of A's trail that lets the operator read A's rows; it is a row of A's, too."""
    connection.execute("set local session_replication_role = replica")
    connection.execute("delete from tenants_activity where verb = 'operator.viewed'")
    ticket = connection.execute(
        "insert into tenants_activity (id, organization_id, at, actor, verb, subject_kind, detail) "
        "values (gen_random_uuid(), %s, now(), 'x', 'operator.viewed', 'page', '{}') returning id",
        [A],
    ).fetchone()[0]
    connection.execute("set local session_replication_role = origin")
    return ticket


def acts_on(connection, table: str) -> Acts:
    """Everything that a role can try with a table."""
    columns, owner = columns_of(connection, table), owner_column(table)
    here, theirs = sql.Identifier(table), sql.Identifier(owner)

    def act(name: str, statement: str | sql.Composed, **words: sql.Composable) -> tuple[str, str]:
        composed = statement if isinstance(statement, sql.Composed) else sql.SQL(statement).format(here, **words)
        return name, composed.as_string(connection)

    def write(column: tuple[str, str, bool], *, why: str = "") -> tuple[str, str]:
        name, kind, may_be_empty = column
        value = B if name == owner else None if may_be_empty else value_for(name, kind)
        words = {"column": sql.Identifier(name), "value": sql.Literal(value)}
        return act(f"writes {name}{why}", "update {} set {column} = {value}", **words)

    everything = {name: value_for(name, kind) for name, kind, _ in columns if name != owner}
    return {
        A: [
            *(act(f"reads {name}", "select {column} from {}", column=sql.Identifier(name)) for name, *_ in columns),
            *(write(column) for column in columns),
            act("reads another's", "select {owner} from {} where {owner} = {b}", owner=theirs, b=sql.Literal(B)),
            act("deletes", "delete from {}"),
            act("empties", "truncate {}"),
            act("locks", "lock table {} in share mode"),
            act("hangs a trigger on", TRIGGER),
            act("adds for another", insertion(connection, table, D)),
        ],
        C: [
            act("adds", insertion(connection, table, C)),
            act("adds in full", insertion(connection, table, C, **everything)),
        ],
        None: [
            act("reads for nobody", "select {owner} from {}", owner=theirs),
            *(write(column, why=" for nobody") for column in columns),
            act("deletes for nobody", "delete from {}"),
            act("adds for nobody", insertion(connection, table, D)),
        ],
    }


def about(acts_by_organization: Acts, words: set[str]) -> Acts:
    """Only the acts in whose name all of the words stand: a verb, a column."""
    return {
        organization: chosen
        for organization, acts in acts_by_organization.items()
        if (chosen := [(name, statement) for name, statement in acts if words <= set(name.split())])
    }


TRIGGER = "create trigger t before update on {} for each row execute function suppress_redundant_updates_trigger()"

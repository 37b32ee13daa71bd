"""Foreign keys and unique keys tell nothing of another organisation's rows: theirs answers as a random one.

Both kinds of check look past row-level security, so what they refuse must not depend on anybody else's row.
"""

from __future__ import annotations

import re
import uuid

import psycopg
import pytest
from psycopg import sql

from tests.database import enter
from tests.tenants import catalogue
from tests.tenants.catalogue import A, B
from tests.tenants.world import make_world

UUIDS = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
ROLES = ("cf_web", "cf_worker")
INBOX = "tenants_clerkevent"  # its key is told from the provider's message, so that one that comes again meets itself


@pytest.fixture
def admin(cluster):
    """A superuser's transaction, rolled back at the end."""
    with psycopg.connect(cluster.postgres.url(database="costframe_test")) as connection:
        yield connection
        connection.rollback()


@pytest.fixture
def world(admin):
    return make_world(admin)


def answer(connection, role, statement, *, without=None):
    """What `role` is told when it works for A: rows met, or the error with the ids taken out. Changes nothing.

    `without` names a table from which A's own row is taken first, so that only others' rows are in the way.
    """
    connection.execute("savepoint answer")
    if without is not None:
        connection.execute("set local session_replication_role = replica")
        connection.execute(
            sql.SQL("delete from {} where {} = {}").format(
                sql.Identifier(without), sql.Identifier(catalogue.owner_column(without)), sql.Literal(A)
            )
        )
        connection.execute("set local session_replication_role = origin")
    try:
        connection.execute(sql.SQL("set local role {}").format(sql.Identifier(role)))
        enter(connection, A)
        told = ("00000", connection.execute(statement).rowcount)
        connection.execute("set constraints all immediate")
    except psycopg.Error as error:
        diagnosis = error.diag
        told = (diagnosis.sqlstate, *(shape(one) for one in (diagnosis.message_primary, diagnosis.message_detail)))
    connection.execute("rollback to savepoint answer")
    return told


def shape(message):
    return UUIDS.sub("ID", message or "")


def references(connection, world):
    """Every (table, column) by which a row could name another organisation's row, with that row's id."""
    for tie in world.ties:
        yield tie.table, tie.column, world.ids[B][tie.to_table]
    for table in catalogue.tenant_tables(connection):
        if table != "tenants_organization":
            yield table, "organization_id", B


def unique_keys(connection, tables):
    """(table, columns) of each unique key."""
    return connection.execute(
        """select i.indrelid::regclass::text, array_agg(a.attname::text order by k.place) from pg_index i
             cross join unnest(i.indkey::smallint[]) with ordinality as k (number, place)
             join pg_attribute a on a.attrelid = i.indrelid and a.attnum = k.number
            where i.indisunique and i.indrelid::regclass::text = any(%s) group by i.indexrelid, i.indrelid order by 1, 2""",
        [tables],
    ).fetchall()


def told_by_references(connection, world):
    """Each try that tells B's row from none (role, table, column, what is told of B's, what of a random one), and how
    often the reference itself refused."""
    found, tried = [], 0
    for table, column, theirs in references(connection, world):
        for role in ROLES:
            for how in (adding, changing):
                without = table if how is adding else None
                told = [
                    answer(connection, role, how(connection, world, table, column, value), without=without)
                    for value in (theirs, uuid.uuid4())
                ]
                tried += told[0][0] == "23503"
                if told[0] != told[1]:
                    found.append((role, table, column, *told))
    return found, tried


def adding(connection, world, table, column, value):
    if column == "organization_id":
        return world.row(connection, table, A, organization_id=value)
    return world.row(connection, table, A, id=uuid.uuid4(), **{column: value})


def changing(connection, world, table, column, value):
    return sql.SQL("update {} set {} = {}").format(sql.Identifier(table), sql.Identifier(column), sql.Literal(value))


def one_on(text):
    """Another text that fits wherever this one does."""
    return text[:-1] + chr(ord(text[-1]) + 1) if text else "another"


def told_by_unique_keys(connection, world):
    """As above, for a row of A that has in each key what B's row has there, and one that has not; and how often both
    came in."""
    found, tried = [], 0
    for table, columns in unique_keys(connection, [one for one in catalogue.tenant_tables(connection) if one != INBOX]):
        theirs = connection.execute(
            sql.SQL("select * from {} where {} = %s").format(
                sql.Identifier(table), sql.Identifier(catalogue.owner_column(table))
            ),
            [B],
        )
        names = [column.name for column in theirs.description]
        row = dict(zip(names, theirs.fetchone(), strict=True))
        own = {"organization_id", *(tie.column for tie in world.ties if tie.table == table)}
        same = {name: row[name] for name in columns if name not in own}
        other = {name: uuid.uuid4() if isinstance(value, uuid.UUID) else value for name, value in same.items()}
        other |= {name: one_on(value) for name, value in same.items() if isinstance(value, str)}
        for role in ROLES:
            told = [
                answer(connection, role, world.row(connection, table, A, **key), without=table) for key in (same, other)
            ]
            tried += told == [("00000", 1)] * 2
            if told[0] != told[1]:
                found.append((role, table, columns, *told))
    return found, tried


def test_a_reference_to_anothers_row_is_refused_as_one_to_nothing(admin, world):
    found, tried = told_by_references(admin, world)
    assert found == []
    assert tried > 20, "where a role may write at all, the reference itself was reached"


def test_a_key_that_another_organisation_has_is_free(admin, world):
    found, tried = told_by_unique_keys(admin, world)
    assert found == []
    assert tried > 15, "where a role may add rows at all, they came in"


PLAIN_KEYS = {
    "a reference by the id alone": (
        told_by_references,
        "create unique index u on connections_connection (id)",
        "alter table audits_audit drop constraint audits_audit_connection_id_same_organization",
        "alter table audits_audit add foreign key (connection_id) references connections_connection (id)",
    ),
    "a primary key of the id alone": (told_by_unique_keys, "create unique index u on audits_audit (id)"),
    "a label that is unique for all": (
        told_by_unique_keys,
        f"update connections_connection set label = 'of B' where organization_id = '{B}'",
        "set constraints all immediate",
        "create unique index u on connections_connection (label)",
    ),
}


@pytest.mark.parametrize("plain", PLAIN_KEYS.values(), ids=PLAIN_KEYS)
def test_a_plain_key_would_tell(admin, world, plain):
    """Else the tests above would be blind."""
    look, *statements = plain
    for statement in statements:
        admin.execute(statement)
    found, _ = look(admin, world)
    assert found != []

"""Migration operations over tables that hold rows already."""

from __future__ import annotations

from types import SimpleNamespace

import psycopg
import pytest

from tenants.rls import LeadKeyWithOrganization
from tests.tenants.world import make_world


@pytest.fixture
def owner(fresh_database):
    """The owner as migrations act, in a database with rows of two organisations that refer to one another."""
    with psycopg.connect(fresh_database["admin"]) as admin:
        make_world(admin)
    with psycopg.connect(fresh_database["cf_migrator"]) as connection:
        connection.execute("set role cf_owner")
        yield connection
        connection.rollback()


def constraints(connection):
    return connection.execute(
        "select conrelid::regclass::text, conname, pg_get_constraintdef(oid) from pg_constraint "
        "where contype in ('p', 'u', 'f') order by 1, 2"
    ).fetchall()


@pytest.mark.parametrize(
    ("table", "name"), [("audits_resource", "resource_tied"), ("audits_usage", "audits_usage_pkey")]
)
def test_a_key_is_led_by_the_organisation_and_given_back_with_every_reference_to_it(owner, table, name):
    operation, editor = LeadKeyWithOrganization(table), SimpleNamespace(execute=owner.execute)
    before = constraints(owner)
    assert (table, name, "PRIMARY KEY (organization_id, id)") in before
    operation.database_backwards("", editor, None, None)
    plain = constraints(owner)
    assert (table, f"{table}_pkey", "PRIMARY KEY (id)") in plain
    assert {row for row in plain if row[2].startswith("FOREIGN")} == {
        row for row in before if row[2].startswith("FOREIGN")
    }
    operation.database_forwards("", editor, None, None)
    assert constraints(owner) == before

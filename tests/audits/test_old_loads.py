"""Loads that were made before there were sources have one each, their connection's."""

from __future__ import annotations

from uuid import uuid4

import psycopg
import pytest

from tests.database import migrate
from tests.old_database import database_at
from tests.tenants.catalogue import A, B, insertion

BEFORE = ("audits", "0081_what_a_bill_is_made_of")


@pytest.fixture
def old_database(cluster):
    """A database of the release before: A has two connections, one with two loads, and B has one load."""
    with database_at(cluster, "old_loads", *BEFORE) as urls:
        with psycopg.connect(urls["admin"]) as admin:
            for organization, months in ((A, ("2026-09-01", "2026-10-01")), (B, ("2026-10-01",))):
                admin.execute(insertion(admin, "tenants_organization", organization))
                connection = uuid4()
                for one in (connection, uuid4()):
                    row = {"id": one, "label": "Payer", "external_id": one.hex}
                    admin.execute(insertion(admin, "connections_connection", organization, **row))
                for month in months:
                    row = {"connection_id": connection, "billing_period": month, "state": "LOADED", "loaded_at": month}
                    admin.execute(insertion(admin, "audits_billload", organization, **row))
        yield urls


def test_each_connection_that_has_loads_becomes_their_source(old_database):
    """Row-level security is forced on the owner too: without lifting it the migration would find no load."""
    migrate(old_database["cf_migrator"])
    with psycopg.connect(old_database["admin"]) as admin:
        loads = admin.execute(
            """select s.organization_id, s.label, c.label, s.created_at::date::text, l.billing_period::text
                 from audits_billload l join audits_billsource s on s.id = l.source_id
                 join connections_connection c on c.id = s.connection_id order by 1, 5"""
        ).fetchall()
        sources = admin.execute("select count(*) from audits_billsource").fetchone()
        forced = admin.execute("select bool_and(relforcerowsecurity) from pg_class where relname like 'audits_bill%'"
                               " and relkind = 'r'").fetchone()  # fmt: skip
    assert loads == [
        (A, "", "Payer", "2026-09-01", "2026-09-01"),
        (A, "", "Payer", "2026-09-01", "2026-10-01"),
        (B, "", "Payer", "2026-10-01", "2026-10-01"),
    ]
    assert sources == (2,)
    assert forced == (True,)

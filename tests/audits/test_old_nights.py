"""An organisation that has loaded bills gets a night of its own when there come to be such."""

from __future__ import annotations

from uuid import uuid4

import psycopg
import pytest

from tests.database import migrate
from tests.old_database import database_at
from tests.tenants.catalogue import A, B, insertion

BEFORE = ("audits", "0102_left_out_tag_keys")


@pytest.fixture
def old_database(cluster):
    """A database of the release before: A has two bills that are loaded, B one that was refused."""
    with database_at(cluster, "old_nights", *BEFORE) as urls:
        with psycopg.connect(urls["admin"]) as admin:
            for organization, states in ((A, ("LOADED", "LOADED")), (B, ("REFUSED",))):
                admin.execute(insertion(admin, "tenants_organization", organization))
                for number, state in enumerate(states):
                    source = uuid4()
                    row = {"id": source, "connection_id": None, "label": f"Files {number}"}
                    admin.execute(insertion(admin, "audits_billsource", organization, **row))
                    row = {"source_id": source, "state": state}
                    admin.execute(insertion(admin, "audits_billload", organization, **row))
        yield urls


def test_each_organisation_with_a_loaded_bill_has_one_night_of_its_own(old_database):
    """Row-level security is forced on the owner too: without lifting it the migration would find no load."""
    migrate(old_database["cf_migrator"])
    with psycopg.connect(old_database["admin"]) as admin:
        found = admin.execute("select organization_id, connection_id, due_at <= now() from audits_schedule").fetchall()
        forced = admin.execute(
            "select bool_and(relforcerowsecurity) from pg_class where relname in ('audits_schedule', 'audits_billload')"
        ).fetchone()
    assert found == [(A, None, True)]
    assert forced == (True,)

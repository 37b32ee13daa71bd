"""A trail that was there before it was chained is sealed like any other."""

from __future__ import annotations

import psycopg
import pytest

from tests.database import migrate
from tests.old_database import database_at
from tests.tenants.catalogue import A, B, fill

BEFORE = ("tenants", "0030_context_proof")


@pytest.fixture
def old_database(cluster):
    """A database of the release before, with a line in each of two trails. Returns the URL of each login."""
    with database_at(cluster, "old_trails", *BEFORE) as urls:
        with psycopg.connect(urls["admin"]) as admin:
            for table in ("tenants_organization", "tenants_activity"):
                fill(admin, table)
        yield urls


def test_every_line_of_before_waits_for_its_seal(old_database):
    """Row-level security is forced on the owner too: without lifting it the migration would find no line."""
    migrate(old_database["cf_migrator"])
    with psycopg.connect(old_database["admin"]) as admin:
        waiting = admin.execute(
            "select a.organization_id from tenants_activity a join tenants_unsealedactivity u using (id) order by 1"
        ).fetchall()
        forced = admin.execute("select relforcerowsecurity from pg_class where relname = 'tenants_activity'").fetchone()
    assert waiting == [(A,), (B,)]
    assert forced == (True,)
